/**
 * The outsider's door opens for a person's own press. Programs that look through mails submit forms, or call click();
 * the browser marks only real presses of pointer, key or assistive technology as trusted.
 */
const form = document.querySelector("[data-door]");
const pressed = form.elements.namedItem("pressed");

form.querySelector("button").addEventListener("click", (event) => {
  pressed.value = event.isTrusted ? "yes" : "";
});
window.addEventListener("pageshow", () => { pressed.value = ""; });
