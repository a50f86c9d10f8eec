// Runs in a world of its own in every document. On Linux a middle click pastes what was selected last in this browser, by
// the bot or by somebody who drove before; who drives it from a device of their own does not expect that, and sees too
// late what the page was given. So it pastes nothing. What else it does, as opening a link in a new tab, stays.
(() => {
  let pressed = false;

  // The paste comes within the release of the button, before anything else is done.
  addEventListener("mouseup", ({ button, isTrusted }) => {
    if (button !== 1 || !isTrusted) return;
    pressed = true;
    setTimeout(() => (pressed = false), 0);
  }, true);
  addEventListener("keydown", () => (pressed = false), true);
  addEventListener("paste", (event) => {
    if (!pressed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})();
