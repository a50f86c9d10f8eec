/**
 * Finds elements in a page the way a recording names them. One expression; its value is a selector engine for
 * Playwright: query and queryAll take a root and a question as JSON text.
 *
 *   {"ways": [[{"how": "css", "what": "#save"}], …]}  alternatives, the best first; each a chain from ancestors inward
 *   "want": "one"        the element of the best alternative: one that can be seen before one that cannot (default);
 *                        with "at" only if that point, from its corner, lies in it
 *           "said"       the same, but of a list of choices what is chosen
 *           "attached"   the same, whether it can be seen or not
 *           "all"        every match of the first alternative that has any
 *           "holds"      the root element if the condition (count, operator, visible, properties, attributes, text) holds
 *
 * It reads the page and changes nothing. CSS looks into open shadow roots where the document itself has no match;
 * pierce/ always does. An invalid selector throws with the word "hitl-invalid".
 */
(() => {
  const HIDDEN_TEXT = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD"]);
  const NAMED_BY_CONTENT = new Set(["button", "cell", "checkbox", "columnheader", "gridcell", "heading", "link", "menuitem",
    "menuitemcheckbox", "menuitemradio", "option", "radio", "row", "rowheader", "switch", "tab", "tooltip", "treeitem", "disclosuretriangle"]);
  const ROLES = { A: "link", AREA: "link", ARTICLE: "article", ASIDE: "complementary", BODY: "rootwebarea", BUTTON: "button", CAPTION: "caption",
    DATALIST: "listbox", DETAILS: "group", DIALOG: "dialog", FIELDSET: "group", FIGURE: "figure", FOOTER: "contentinfo", FORM: "form", H1: "heading", H2: "heading",
    H3: "heading", H4: "heading", H5: "heading", H6: "heading", HEADER: "banner", HR: "separator", IFRAME: "iframe", IMG: "image",
    LABEL: "labeltext", LI: "listitem", MAIN: "main", MENU: "list", METER: "meter", NAV: "navigation", OL: "list", OPTGROUP: "group", OPTION: "option",
    OUTPUT: "status", P: "paragraph", PROGRESS: "progressbar", SEARCH: "search", SECTION: "region", SUMMARY: "disclosuretriangle", TABLE: "table",
    TBODY: "rowgroup", TD: "cell", TEXTAREA: "textbox", TFOOT: "rowgroup", TH: "columnheader", THEAD: "rowgroup", TR: "row", UL: "list", VIDEO: "video" };
  const INPUT_ROLES = { button: "button", checkbox: "checkbox", image: "button", number: "spinbutton", radio: "radio", range: "slider",
    reset: "button", search: "searchbox", submit: "button", color: "colorwell", date: "date", time: "inputtime" };
  const SAME_ROLE = { img: "image", textfield: "textbox", presentation: "none" };
  const BUTTON_NAMES = { submit: "Submit", reset: "Reset", image: "Submit" };
  const LEAST = { ">=": (have, want) => have >= want, "==": (have, want) => have === want, "<=": (have, want) => have <= want };

  const squeezed = (text) => (text || "").replace(/\s+/g, " ").trim();
  const bare = (text) => (text || "").replace(/\s+/g, "");

  // Walking through shadow roots

  function* everything(root) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot) yield* everything(element.shadowRoot);
    }
  }

  function scopeOf(element) {
    return element.shadowRoot || element;
  }

  function deepCss(root, css) {
    const found = [...root.querySelectorAll(css)];
    for (const element of everything(root)) {
      if (element.shadowRoot) found.push(...element.shadowRoot.querySelectorAll(css));
    }
    return found;
  }

  // One look each

  function byCss(root, { what }) {
    const found = [...root.querySelectorAll(what)];
    return found.length ? found : deepCss(root, what);
  }

  function byXPath(root, { what }) {
    const result = document.evaluate(what, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
    const found = Array.from({ length: result.snapshotLength }, (_, index) => result.snapshotItem(index));
    return found.map((node) => node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).filter(Boolean);
  }

  /** The innermost elements whose text holds the words, in the order of the page. */
  function byText(root, { what }) {
    const words = squeezed(what);
    const found = [];
    const visit = (node) => {
      if (HIDDEN_TEXT.has(node.nodeName) || !squeezed(textOf(node)).includes(words)) return false;
      const inner = [...childrenOf(node)].map(visit).some(Boolean);
      if (!inner && node.nodeType === Node.ELEMENT_NODE) found.push(node);
      return inner || node.nodeType === Node.ELEMENT_NODE;
    };
    if (words) visit(root);
    return found;
  }

  function childrenOf(node) {
    return [...(node.shadowRoot ? node.shadowRoot.children : []), ...node.children];
  }

  /** Text as it can be read: without scripts, with shadow roots, and with what stands on buttons that are inputs. */
  function textOf(node) {
    if (node.nodeName === "INPUT") return /^(submit|button|reset)$/.test(node.type) ? node.value : "";
    let text = "";
    for (const child of [...(node.shadowRoot ? node.shadowRoot.childNodes : []), ...node.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE) text += child.data;
      else if (child.nodeType === Node.ELEMENT_NODE && !HIDDEN_TEXT.has(child.nodeName)) text += textOf(child);
    }
    return text;
  }

  /** By role and accessible name, as assistive technology hears them. */
  function byAria(root, { what, role }) {
    const name = bare(what);
    const wanted = sameRole(role || "");
    const fits = (element) => (!wanted || roleOf(element) === wanted) && (!name || bare(nameOf(element)) === name);
    return [...everything(root)].filter((element) => fits(element) && isHeard(element));
  }

  const LOOKS = { css: byCss, pierce: (root, { what }) => deepCss(root, what), xpath: byXPath, text: byText, aria: byAria };

  // Roles and names

  function sameRole(role) {
    const lower = role.toLowerCase();
    return SAME_ROLE[lower] || lower;
  }

  function roleOf(element) {
    const given = sameRole((element.getAttribute("role") || "").trim().split(/\s+/)[0]);
    if (given) return given;
    const tag = element.nodeName;
    if (tag === "INPUT") return inputRole(element);
    if (tag === "SELECT") return element.multiple || element.size > 1 ? "listbox" : "combobox";
    if ((tag === "A" || tag === "AREA") && !element.hasAttribute("href")) return "generic";
    if (tag === "TH" && element.getAttribute("scope") === "row") return "rowheader";
    return ROLES[tag] || (tag.toLowerCase() === "svg" ? "image" : "generic");
  }

  function inputRole(input) {
    if (input.hasAttribute("list") && /^(text|search|tel|url|email)$/.test(input.type)) return "combobox";
    return INPUT_ROLES[input.type] || "textbox";
  }

  function nameOf(element) {
    return labelledBy(element) || squeezed(element.getAttribute("aria-label")) || ownName(element)
      || (NAMED_BY_CONTENT.has(roleOf(element)) ? contentOf(element) : "") || squeezed(element.getAttribute("title"))
      || squeezed(element.getAttribute("placeholder"));
  }

  function labelledBy(element) {
    const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const labels = ids.map((id) => element.getRootNode().getElementById?.(id)).filter(Boolean);
    return squeezed(labels.map((label) => squeezed(label.getAttribute("aria-label")) || contentOf(label)).join(" "));
  }

  /** What HTML itself says the name is. */
  function ownName(element) {
    const tag = element.nodeName;
    if (tag === "INPUT" && /^(button|submit|reset|image)$/.test(element.type)) {
      return squeezed(element.alt) || squeezed(element.value) || BUTTON_NAMES[element.type] || "";
    }
    if (element.labels?.length) return squeezed([...element.labels].map((label) => contentOf(label, element)).join(" "));
    if (tag === "IMG" || tag === "AREA") return squeezed(element.alt);
    const naming = { FIELDSET: "legend", TABLE: "caption", FIGURE: "figcaption", svg: "title" }[tag];
    const part = naming && [...element.children].find((child) => child.nodeName.toLowerCase() === naming);
    return part ? contentOf(part) : "";
  }

  /** The name that the content gives; `except` is left out (a field inside its own label). */
  function contentOf(element, except) {
    let text = "";
    for (const node of [...(element.shadowRoot ? element.shadowRoot.childNodes : []), ...element.childNodes]) {
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (node.nodeType === Node.ELEMENT_NODE && node !== except && !HIDDEN_TEXT.has(node.nodeName)) text += partName(node, except);
    }
    return squeezed(text);
  }

  function partName(node, except) {
    if (node.getAttribute("aria-hidden") === "true" || getComputedStyle(node).display === "none") return "";
    const given = squeezed(node.getAttribute("aria-label")) || (/^(INPUT|IMG|svg)$/.test(node.nodeName) ? ownName(node) : "");
    const inline = getComputedStyle(node).display.startsWith("inline");
    return (inline ? "" : " ") + (given || contentOf(node, except)) + (inline ? "" : " ");
  }

  // What can be seen, and what can be heard

  function isSeen(element) {
    if (!element.isConnected || getComputedStyle(element).visibility !== "visible") return false;
    if (getComputedStyle(element).display === "contents") return [...element.children].some(isSeen) || Boolean(squeezed(element.textContent));
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0;
  }

  function isWithin(element, { x, y }) {
    const { width, height } = element.getBoundingClientRect();
    return x >= 0 && y >= 0 && x < width && y < height;
  }

  function isHeard(element) {
    const style = getComputedStyle(element);
    return style.visibility === "visible" && (element.getClientRects().length > 0 || style.display === "contents" || /^(OPTION|AREA|OPTGROUP)$/.test(element.nodeName))
      && !element.closest("[aria-hidden=true]");
  }

  // Alternatives and conditions

  function matches(root, chain) {
    const roots = chain.slice(0, -1).reduce((scopes, part) => looked(scopes, part).map(scopeOf), [root]);
    return looked(roots, chain[chain.length - 1]);
  }

  function looked(scopes, part) {
    try {
      return [...new Set(scopes.flatMap((scope) => LOOKS[part.how](scope, part)))];
    } catch (error) {
      throw new Error(`hitl-invalid ${JSON.stringify([part.how, part.what])}: ${error.message}`);
    }
  }

  function one(root, ways) {
    let hidden;
    for (const chain of ways) {
      const found = matches(root, chain);
      const seen = found.find(isSeen);
      if (seen) return [seen];
      hidden ??= found[0];
    }
    return hidden ? [hidden] : [];
  }

  function all(root, ways) {
    for (const chain of ways) {
      const found = matches(root, chain);
      if (found.length) return found;
    }
    return [];
  }

  /** As Chrome's replay has it: at least one unless said otherwise, and `visible: false` turns the answer round. */
  function holds(root, { ways, count = 1, operator = ">=", visible, properties, attributes, text }) {
    let found = all(root, ways);
    if (typeof visible === "boolean") found = found.filter(isSeen);
    if (text !== undefined && text !== null) found = found.filter((element) => squeezed(readable(element)).includes(squeezed(text)));
    const enough = LEAST[operator](found.length, count)
      && found.every((element) => hasAttributes(element, attributes) && isLike(properties ?? undefined, element));
    return enough === (visible ?? true);
  }

  function readable(element) {
    if (element.nodeName === "SELECT") return [...element.selectedOptions].map((option) => option.label).join(" ");
    return /^(INPUT|TEXTAREA)$/.test(element.nodeName) ? element.value : element.innerText ?? element.textContent;
  }

  function hasAttributes(element, attributes) {
    return Object.entries(attributes || {}).every(([name, value]) => element.getAttribute(name) === value);
  }

  function isLike(wanted, found) {
    if (wanted === undefined || wanted === found) return true;
    if (!(wanted instanceof Object) || !(found instanceof Object)) return false;
    return Object.entries(wanted).every(([name, value]) => value === found[name] || (value instanceof Object && isLike(value, found[name])));
  }

  const WANTS = {
    one: (root, { ways, at }) => one(root, ways).filter((element) => !at || isWithin(element, at)),
    said: (root, { ways }) => one(root, ways).map((element) => element.nodeName === "SELECT" ? element.selectedOptions[0] || element : element),
    attached: (root, question) => all(root, question.ways).slice(0, 1),
    all: (root, question) => all(root, question.ways),
    holds: (root, question) => holds(root, question) ? [document.documentElement] : [],
  };

  function queryAll(root, body) {
    const question = JSON.parse(body);
    return WANTS[question.want || "one"](root, question);
  }

  return { queryAll, query: (root, body) => queryAll(root, body)[0] };
})()
