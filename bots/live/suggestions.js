// Runs in a world of its own in every document. What a text field suggests (`datalist`) Chromium draws on a surface which
// the pointer goes through and no key by CDP reaches. So while somebody drives it is kept from that, and the list is
// drawn here, in the page's top layer.
(() => {
  const TYPES = new Set(["text", "search", "url", "tel", "email", "number"]);
  const MOST = 200; // shown at a time
  const HUSHED = 60; // ms behind an event: Chromium asks for the options with it, or right behind it
  // Important here is more than important in the page.
  const STYLE = `
    :host { all: initial !important; display: block !important; position: fixed !important; left: var(--x) !important;
      top: var(--y) !important; min-width: var(--w) !important }
    div { overflow-y: auto; max-height: 15rem; box-sizing: border-box; padding: 4px 0; border: 1px solid #8a8f98;
      border-radius: 6px; background: #fff; color: #1f2328; box-shadow: 0 3px 12px #0003; font: 14px/1.3 sans-serif }
    p { margin: 0; padding: 6px 12px; cursor: default; overflow: hidden; white-space: nowrap; text-overflow: ellipsis }
    p:hover { background: #eef0f3 } p[data-at] { background: #d6e4ff } span { margin-left: 1em; color: #5b6470 }`;
  let field = null; // whose list is wanted
  let shown = null; // {host, root, box, values}
  let at = -1;
  let timer = 0;
  let on = false; // while somebody drives
  const hushed = globalThis.hitlHushed = new Set(); // pickers.js asks for it

  /** The field that wants a list by this event, Chromium being kept from showing it; null where none does. */
  function asks(event) {
    const asking = fieldOf(event);
    if (asking) hush(asking.list);
    return asking;
  }

  function fieldOf(event) {
    const [target] = event.composedPath();
    if (!on || !event.isTrusted || !(target instanceof HTMLInputElement)) return null;
    return TYPES.has(target.type) && !target.readOnly && !target.disabled && target.list ? target : null;
  }

  // Chromium suggests no option that is disabled.
  function hush(list) {
    for (const option of [...list.options]) { // each change makes the living list be made anew
      if (option.disabled) continue;
      option.disabled = true;
      hushed.add(option);
    }
    clearTimeout(timer);
    timer = setTimeout(speak, HUSHED);
  }

  function speak() {
    for (const option of hushed) option.disabled = false;
    hushed.clear();
  }

  function fitting() {
    const typed = field.value.toLowerCase();
    const words = [...field.list.options].filter((option) => option.value && (!option.disabled || hushed.has(option)));
    const found = words.filter(({ value, label }) => `${value}\n${label}`.toLowerCase().includes(typed)).slice(0, MOST);
    return found.length === 1 && found[0].value === field.value ? [] : found;
  }

  function show(wanted) {
    close();
    field = wanted;
    watch.observe(field.list, { childList: true, subtree: true });
    const found = fitting();
    if (found.length) draw(found);
  }

  function draw(found) {
    const host = document.createElement("div");
    host.ariaHidden = "true";
    host.popover = "manual";
    const root = host.attachShadow({ mode: "closed" });
    root.adoptedStyleSheets = [new CSSStyleSheet()];
    root.adoptedStyleSheets[0].replaceSync(STYLE);
    const box = document.createElement("div");
    box.append(...found.map(row));
    root.append(box);
    ground().append(host);
    shown = { host, root, box, values: found.map(({ value }) => value) };
    place(host, field.getBoundingClientRect());
  }

  // Outside of a modal dialog all is inert, and a press outside of a popover closes it; the field may be in web
  // components in there.
  function ground() {
    let near = field;
    while (near && !near.matches?.("dialog, [popover]")) near = near.assignedSlot ?? near.parentNode ?? near.host;
    return near?.shadowRoot ?? near ?? document.documentElement;
  }

  function row({ value, label }) {
    const made = document.createElement("p");
    made.textContent = value;
    if (label && label !== value) {
      const more = document.createElement("span");
      more.textContent = label;
      made.append(more);
    }
    return made;
  }

  function place(host, around) {
    for (const [name, value] of [["--x", around.left], ["--y", around.bottom + 2], ["--w", around.width]]) host.style.setProperty(name, `${value}px`);
    host.showPopover();
    const { height } = host.getBoundingClientRect();
    const below = innerHeight - around.bottom;
    if (height > below && around.top > below) host.style.setProperty("--y", `${around.top - height - 2}px`);
  }

  function close() {
    shown?.host.remove();
    shown = null;
    at = -1;
  }

  function leave() {
    close();
    watch.disconnect();
    field = null;
  }

  function mark(to) {
    at = (to + shown.values.length) % shown.values.length;
    [...shown.box.children].forEach((made, number) => made.toggleAttribute("data-at", number === at));
    shown.box.children[at].scrollIntoView({ block: "nearest" });
  }

  function choose(number) {
    const [chosen, value] = [field, shown.values[number]];
    leave();
    if (chosen.value === value) return;
    chosen.value = value;
    chosen.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertReplacementText", data: value }));
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Lists that pages fill while somebody types.
  const watch = new MutationObserver(() => {
    if (!on || !field?.isConnected || !field.list) return leave();
    hush(field.list);
    show(field);
  });

  const KEYS = {
    ArrowDown: () => mark(at + 1),
    ArrowUp: () => mark(at < 0 ? -1 : at - 1),
    Escape: leave,
    Enter: () => at >= 0 && choose(at),
  };

  function pressed(event) {
    const asking = asks(event);
    if (!asking) return;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey && !event.isComposing;
    if (shown && plain && Object.hasOwn(KEYS, event.key) && !(event.key === "Enter" && at < 0)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      KEYS[event.key]();
    } else if (event.key === "Enter" || event.key === "Tab") leave();
    else if (plain && !shown && !globalThis.hitlOwn && (event.key === "ArrowDown" || event.key === "ArrowUp")) show(asking);
  }

  // What is done on the list is none of the page's affair, and takes the focus from no field.
  function pointed(event) {
    if (shown && event.composedPath()[0] === shown.host) {
      event.stopImmediatePropagation();
      if (event.type === "mousedown") event.preventDefault();
      if (event.type === "click" && event.isTrusted) pick(event);
      return;
    }
    const asking = asks(event);
    if (event.type === "mousedown" && field && field !== asking) leave();
    if (event.type === "click" && asking && !globalThis.hitlOwn) shown ? leave() : show(asking);
  }

  function pick({ clientX, clientY }) {
    const number = [...shown.box.children].indexOf(shown.root.elementFromPoint(clientX, clientY)?.closest("p"));
    if (number >= 0) choose(number);
  }

  addEventListener("keydown", pressed, true);
  for (const type of ["pointerdown", "pointerup", "mousedown", "mouseup", "click", "dblclick", "contextmenu", "auxclick"]) addEventListener(type, pointed, true);
  addEventListener("beforeinput", asks, true);
  addEventListener("input", (event) => {
    const asking = asks(event);
    if (asking && !globalThis.hitlOwn) show(asking);
  }, true);
  addEventListener("focusout", leave, true);
  addEventListener("resize", leave);
  addEventListener("scroll", (event) => event.target !== shown?.host && leave(), true);

  globalThis.hitlSuggest = (wanted) => {
    on = wanted;
    if (!on) leave();
  };
})();
