// Runs in a world of its own in every document of the remote browser, where no page can see it or speak in its name.
// It tells which field has the focus and where its caret stands; never what is in the field.
(() => {
  const MODES = { text: "text", password: "text", search: "search", email: "email", tel: "tel", url: "url", number: "decimal" };
  const SECRET = /(current|new)-password|^cc-csc$/;
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  let told = "null";
  let waiting = false;

  function focused() {
    let element = document.hasFocus() ? document.activeElement : null;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  }

  const isFree = (element) => !element.readOnly && !element.disabled;
  const isInput = (element) => element instanceof HTMLInputElement && element.type in MODES && isFree(element);
  const isArea = (element) => element instanceof HTMLTextAreaElement && isFree(element);

  function mode(element) {
    if (element.inputMode) return element.inputMode;
    if (element.autocomplete === "one-time-code") return "numeric";
    return isInput(element) ? MODES[element.type] : "text";
  }

  function describe(element) {
    const box = element.getBoundingClientRect();
    const isCode = element.autocomplete === "one-time-code";
    return {
      mode: mode(element),
      secret: element.type === "password" || SECRET.test(element.autocomplete ?? ""),
      code: isCode,
      lines: !isInput(element),
      correct: !isCode && element.autocapitalize !== "off" && element.getAttribute("autocorrect") !== "off" && element.spellcheck !== false,
      box: [box.left, box.top, box.width, box.height],
      caret: within(box, element.value === undefined ? selected(element) : measured(element, box)),
    };
  }

  // What is selected says where it is, except on an empty line: there its element does.
  function selected(element) {
    const selection = (element.getRootNode().getSelection?.() ?? getSelection());
    if (!selection?.rangeCount) return element.getBoundingClientRect();
    const range = selection.getRangeAt(selection.rangeCount - 1);
    const node = selection.focusNode;
    return [...range.getClientRects()].at(-1) ?? (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).getBoundingClientRect();
  }

  // A field does not tell where its caret is: what stands before it is measured. Lines that wrap are counted roughly.
  function measured(element, box) {
    const style = getComputedStyle(element);
    const pixels = (name) => Number.parseFloat(style[name]) || 0;
    const height = Math.min(pixels("lineHeight") || pixels("fontSize") * 1.2, box.height || Infinity);
    const before = element.value.slice(0, element.selectionEnd ?? element.value.length).split("\n");
    pen.font = style.font;
    const shown = element.type === "password" ? "•".repeat(before.at(-1).length) : before.at(-1);
    const along = pen.measureText(shown).width;
    const inner = Math.max(1, element.clientWidth - pixels("paddingLeft") - pixels("paddingRight"));
    const wraps = isArea(element) ? Math.floor(along / inner) : 0;
    const top = isArea(element) ? pixels("paddingTop") + (before.length - 1 + wraps) * height - element.scrollTop : (element.clientHeight - height) / 2;
    return { left: box.left + element.clientLeft + pixels("paddingLeft") + along - wraps * inner - element.scrollLeft, top: box.top + element.clientTop + top, height };
  }

  function within(box, { left, top, height }) {
    return [Math.min(Math.max(left, box.left), box.right), Math.min(Math.max(top, box.top), box.bottom), Math.min(height, box.height)];
  }

  function report() {
    waiting = false;
    if (typeof hitlCaret !== "function") return; // nobody drives
    const element = focused();
    const editable = element && (isInput(element) || isArea(element) || element.isContentEditable);
    const next = JSON.stringify(editable ? { ...describe(element), offset: hitlOffset() } : null);
    if (next === told) return;
    told = next;
    hitlCaret(next);
  }

  // Behind the page's own handlers of the same event, which may move the focus on; once, however many there are.
  function look() {
    if (waiting) return;
    waiting = true;
    setTimeout(report, 0);
  }

  for (const type of ["focusin", "focusout", "focus", "blur", "input", "compositionupdate", "scroll", "resize"]) addEventListener(type, look, { capture: true, passive: true });
  document.addEventListener("selectionchange", look);
  globalThis.hitlLook = () => {
    told = "null";
    look();
  };
  look();
})();
