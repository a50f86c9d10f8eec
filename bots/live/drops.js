// Runs in a world of its own in every document. It tells whether the page takes what is dragged over it: without that
// a browser opens the file in place of the page.
(() => {
  let last = null;

  addEventListener("dragover", (event) => {
    const [target] = event.composedPath();
    const field = target instanceof Element && target.closest("input[type=file]");
    last = event.isTrusted ? { event, field: field && !field.disabled ? field : null } : null;
  }, true);

  // What was taken in one place says nothing of the next.
  addEventListener("dragenter", () => { last = null; }, true);

  // [how long ago something was dragged over this document, whether it was taken, whether by a field for files alone]
  globalThis.hitlTakes = () => last && [
    performance.now() - last.event.timeStamp,
    Boolean(last.field) || last.event.defaultPrevented,
    Boolean(last.field) && !last.field.webkitdirectory && !last.event.defaultPrevented,
  ];
})();
