// Runs in a world of its own in every document. While `hitlOwn` is true, lists and pickers of fields do not open: the
// person has controls of their own for them. What they choose there is then put into the field, with its events.
(() => {
  const PICKERS = new Set(["date", "time", "month", "week", "datetime-local", "color"]);
  const LONGEST = 100; // characters of an option
  const ROOM = 500_000; // characters of all options
  let asked = null;
  globalThis.hitlOwn = false;

  function kindOf(element) {
    if (element.disabled || element.readOnly) return null;
    if (element instanceof HTMLSelectElement) return element.multiple || element.size > 1 ? "many" : "one";
    if (!(element instanceof HTMLInputElement)) return null;
    if (PICKERS.has(element.type)) return element.type;
    return element.list?.options.length ? "suggested" : null;
  }

  function fieldOf(event) {
    const [target] = event.composedPath();
    const element = target instanceof Element ? target.closest("select, input") : null;
    return hitlOwn && event.isTrusted && element && kindOf(element) ? element : null;
  }

  // A list opens with the press, so the press must not do what it would; a picker opens with the click.
  addEventListener("mousedown", (event) => {
    const field = fieldOf(event);
    if (!field || event.button) return;
    asked = field;
    if (field instanceof HTMLSelectElement) {
      event.preventDefault();
      field.focus();
      hitlPicker("asked");
    }
  }, true);
  addEventListener("click", (event) => {
    const field = fieldOf(event);
    if (!field || field instanceof HTMLSelectElement) return;
    asked = field;
    if (kindOf(field) !== "suggested") event.preventDefault();
    hitlPicker("asked");
  }, true);

  // The keys that open a list or a picker. Enter opens a list alone; in a date it sends the form.
  function opens({ key, altKey }, kind) {
    if (key === "Enter") return kind === "one";
    return kind !== "suggested" && (key === " " || key === "F4" || (altKey && /^Arrow(Up|Down)$/.test(key)));
  }

  addEventListener("keydown", (event) => {
    const field = fieldOf(event);
    if (!field || !opens(event, kindOf(field))) return;
    asked = field;
    event.preventDefault();
    hitlPicker("asked");
  }, true);

  // What stands in the place of window.print says so; without the browser's own, nothing else does. Any script can say
  // the same: it counts just after somebody has pressed something in this document, as a print button is, and of a whole
  // page in which nobody has done anything yet, as of a receipt that prints itself.
  addEventListener("beforeprint", (event) => {
    const { isActive, hasBeenActive } = navigator.userActivation;
    const isFresh = self === top && !hasBeenActive;
    if (!event.isTrusted && (isActive || isFresh)) globalThis.hitlPicker?.("print");
  }, true);

  const short = (text) => (text ?? "").trim().replace(/\s+/g, " ").slice(0, LONGEST);

  function named(field) {
    return short(field.labels?.[0]?.innerText || field.ariaLabel || field.placeholder || field.title).replace(/[\s:*]+$/, "");
  }

  // Suggestions are disabled for a moment with each event, so that Chromium keeps its own list shut (suggestions.js).
  const isDisabled = (option) => option.disabled && !globalThis.hitlHushed?.has(option);

  function options(field) {
    const found = [];
    let room = ROOM;
    for (const option of field.options ?? field.list?.options ?? []) {
      const group = option.parentElement instanceof HTMLOptGroupElement ? option.parentElement : null;
      const text = field.list ? short(option.value) : short(option.label);
      room -= text.length + 20;
      if (room < 0) break;
      found.push([text, short(group?.label), isDisabled(option) || Boolean(group?.disabled), Boolean(field.options && option.selected)]);
    }
    return found;
  }

  globalThis.hitlDescribe = () => {
    const kind = asked?.isConnected ? kindOf(asked) : null;
    if (!kind) return null;
    const { value, min = "", max = "", step = "" } = asked;
    const listed = kind === "one" || kind === "many";
    return { kind, label: named(asked), value: listed ? "" : value.slice(0, 1000), min, max, step, options: options(asked), all: (asked.options ?? asked.list?.options ?? []).length };
  };

  function select(chosen) {
    const wanted = new Set(chosen.map(([at]) => at));
    for (const [at, text] of chosen) if (!asked.options[at] || short(asked.options[at].label) !== text || asked.options[at].disabled) return false;
    if (!asked.multiple) asked.selectedIndex = chosen.length ? chosen[0][0] : -1;
    else [...asked.options].forEach((option, at) => (option.selected = wanted.has(at)));
    return true;
  }

  // True: done. False: the field is gone or has other options by now.
  globalThis.hitlFill = ({ value, chosen }) => {
    if (!asked?.isConnected || !kindOf(asked)) return false;
    const state = () => (asked instanceof HTMLSelectElement ? [...asked.selectedOptions].map((option) => option.index).join() : asked.value);
    const before = state();
    if (asked instanceof HTMLSelectElement) {
      if (!select(chosen)) return false;
    } else asked.value = value;
    if (state() === before) return true;
    asked.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    asked.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };
})();
