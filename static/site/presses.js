/** Small presses that need no server: dialogs that ask "are you sure?", copying, the theme, the menu that closes. */
const A_YEAR = 31_536_000;

export function start() {
  document.addEventListener("click", pressed);
  document.addEventListener("keydown", leaveMenus);
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (detail.successful) target.closest?.("details[data-menu]")?.removeAttribute("open");
  });
}

function pressed(event) {
  const button = event.target.closest("button");
  closeMenus(event.target);
  if (!button) return;
  if (button.dataset.opens) document.getElementById(button.dataset.opens).showModal();
  if ("closes" in button.dataset) button.closest("dialog").close();
  if (button.dataset.copies) copy(button, document.getElementById(button.dataset.copies));
  if (button.closest("[data-themes]")) wear(button);
}

async function copy(button, input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    document.execCommand("copy"); // where the page is not served over HTTPS
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2_000);
}

// The cookie is for the server, which then sends every page in this look from its first paint on.
function wear(button) {
  const theme = button.value;
  document.cookie = `hitl_theme=${theme}; path=/; max-age=${theme ? A_YEAR : 0}; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", other === button);
}

function closeMenus(outside) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(outside)) menu.open = false;
}

function leaveMenus(event) {
  const menu = document.querySelector("[data-menu][open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}
