// Whether one of the selector chains finds something visible in this document. Runs in a world of its own.
function (chains) {
  function isVisible(element) {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && element.checkVisibility({visibilityProperty: true});
  }

  function* everything(root) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot) yield* everything(element.shadowRoot);
    }
  }

  function byXpath(path, root) {
    const found = document.evaluate(path, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    const nodes = Array.from({length: found.snapshotLength}, (_, at) => found.snapshotItem(at));
    return nodes.filter(node => node.nodeType === Node.ELEMENT_NODE);
  }

  // The innermost elements that hold the text, across line breaks and any amount of white space.
  function byText(text, root) {
    const plain = value => (value ?? "").replace(/\s+/g, " ").trim();
    const wanted = plain(text);
    const label = element => plain(element.matches("input, textarea") ? element.value : element.textContent);
    const holds = element => !element.matches("script, style, noscript, template") && label(element).includes(wanted);
    const innermost = element => {
      const inner = [...element.children].filter(holds);
      return inner.length ? inner.flatMap(innermost) : [element];
    };
    const roots = [root, ...[...everything(root)].flatMap(element => element.shadowRoot ?? [])];
    return roots.flatMap(each => [...each.children].filter(holds).flatMap(innermost));
  }

  function find(selector, root) {
    const [, kind, rest] = selector.match(/^(css|text|xpath|pierce|aria)\/([^]*)$/) ?? [null, "css", selector];
    if (kind === "text") return byText(rest, root);
    if (kind === "xpath") return byXpath(rest, root);
    if (kind === "pierce") return [...everything(root)].filter(element => element.matches(rest));
    if (kind === "aria") return [...everything(root)].filter(element => element.ariaLabel === rest);
    return [...root.querySelectorAll(rest)];
  }

  function follow(chain, root) {
    const [first, ...others] = chain;
    const found = find(first, root);
    return others.length ? found.flatMap(element => follow(others, element.shadowRoot ?? element)) : found;
  }

  return chains.some(chain => {
    try {
      return follow(chain, document).some(isVisible);
    } catch {
      return false; // no valid selector: it finds nothing
    }
  });
}
