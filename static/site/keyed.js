/**
 * Brings a piece of the page up to date without a jump. Inside a container marked data-keyed every child has an id:
 * children are matched by it, moved, added and removed; one that reads the same as last time is left alone, so focus,
 * scroll, selection, open details and pictures stay. What has changed and is no container is replaced as a whole.
 */

// What the server sent for an element, before scripts wrote into it.
const sources = new WeakMap();
const TOKEN = /(name="csrfmiddlewaretoken" value=")[^"]*/g; // masked anew in every answer

function sourceOf(element) {
  return element.outerHTML.replace(TOKEN, "$1");
}

/** Remembers everything below `root` as the server sent it; to be called before scripts change it. */
export function remember(root) {
  root.querySelectorAll("[data-keyed], [data-keyed] > *").forEach((element) => sources.set(element, sourceOf(element)));
  if (root.nodeType === Node.ELEMENT_NODE) sources.set(root, sourceOf(root));
}

/** Makes the children of `container` those of `fresh`. */
export function sync(container, fresh) {
  const focused = document.activeElement;
  const known = new Map([...container.children].map((child) => [child.id, child]));
  const wanted = new Set([...fresh.children].map(({ id }) => id));
  for (const [id, child] of known) if (!wanted.has(id)) leave(child);
  let place = staying(container.firstElementChild);
  for (const child of [...fresh.children]) {
    const old = known.get(child.id);
    const here = old ? renewed(old, child) : added(child);
    if (here === place || old === place) place = staying(here.nextElementSibling);
    else container.insertBefore(here, place);
  }
  refocus(focused);
}

function staying(place) {
  return place && "gone" in place.dataset ? staying(place.nextElementSibling) : place;
}

// What was moved has lost the focus; what was replaced has a successor.
function refocus(focused) {
  if (!focused || document.activeElement !== document.body) return;
  const heir = focused.isConnected ? focused : focused.id && document.getElementById(focused.id);
  heir?.focus?.({ preventScroll: true });
}

// Where somebody has typed something that is not sent, it stays, marked data-gone.
function leave(gone) {
  if (gone.querySelector("[data-unsent]")) gone.dataset.gone = "";
  else gone.remove();
}

function added(child) {
  remember(child);
  return child;
}

function renewed(old, child) {
  const source = sourceOf(child);
  if (sources.get(old) === source) return old;
  if ("keyed" in old.dataset && "keyed" in child.dataset) return merged(old, child, source);
  keepOpen(old, child);
  remember(child);
  sources.set(child, source);
  old.replaceWith(child);
  return child;
}

function merged(old, child, source) {
  for (const { name } of [...old.attributes]) if (!child.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of child.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  sync(old, child);
  sources.set(old, source);
  return old;
}

function keepOpen(old, child) {
  for (const details of old.querySelectorAll("details[open][id]")) {
    child.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
}

function moved(piece) {
  const container = document.getElementById(piece.dataset.elsewhere);
  piece.remove();
  sync(container, piece);
  return container;
}

/** htmx swaps with `hx-swap="keyed"`; a child marked data-elsewhere="ID" is for the container of that id. */
export const extension = Object.freeze({
  isInlineSwap: (style) => style === "keyed",
  handleSwap: (style, target, fragment) => {
    if (style !== "keyed") return false;
    const elsewhere = [...fragment.querySelectorAll("[data-elsewhere]")].map(moved);
    const same = fragment.children.length === 1 && fragment.firstElementChild.id === target.id;
    if (same) renewed(target, fragment.firstElementChild);
    else sync(target, fragment);
    return [target, ...elsewhere];
  },
});
