// Runs in a world of its own in every document. Where the page has no menu of its own, the browser's never opens either:
// it tells what is there, and the person gets a menu of ours.
(() => {
  const LONGEST = 2000;
  const TEXTS = new Set(["text", "password", "search", "email", "tel", "url", "number"]);

  function fieldOf(element) {
    const field = element.closest("input, textarea");
    if (!field) return element.isContentEditable ? element : null;
    return field.readOnly || field.disabled || (field instanceof HTMLInputElement && !TEXTS.has(field.type)) ? null : field;
  }

  // What is selected in a field is not part of the document's selection.
  function isSelected(field) {
    if (field?.selectionStart !== undefined && field.selectionStart !== null) return field.selectionStart !== field.selectionEnd;
    return getSelection()?.isCollapsed === false;
  }

  const isWeb = (url) => (/^https?:/.test(url) && url.length <= LONGEST ? url : "");

  function linkOf(path) {
    const link = path.find((element) => element instanceof HTMLAnchorElement || element instanceof HTMLAreaElement);
    return isWeb(link?.href ?? "");
  }

  function offer(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const path = event.composedPath().filter((node) => node instanceof Element);
    const [target] = path;
    if (!target || !event.isTrusted) return;
    const field = fieldOf(target);
    const { x, y, whole } = hitlOffset();
    globalThis.hitlMenu?.(JSON.stringify({
      x: event.clientX + x,
      y: event.clientY + y,
      whole,
      link: linkOf(path),
      image: target instanceof HTMLImageElement ? isWeb(target.currentSrc) : "",
      field: Boolean(field),
      selected: field?.type !== "password" && isSelected(field),
    }));
  }

  // As the last of all who listen, for any of them may show a menu of the page's own.
  addEventListener("contextmenu", () => {
    removeEventListener("contextmenu", offer);
    addEventListener("contextmenu", offer);
  }, true);
})();
