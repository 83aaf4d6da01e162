// Reads a document: its text with headings, lists and links, as a person sees it. Runs in a world
// of its own, where scripts of the page cannot change what these functions do.
({ longest, mostNodes }) => {
  const SKIPPED = new Set(
    "script style noscript template svg canvas video audio iframe object embed head select textarea input button datalist".split(
      " ",
    ),
  );
  const AROUND = new Set(["nav", "footer", "aside"]);
  const AROUND_ROLES = new Set(["navigation", "contentinfo", "complementary", "search", "menu"]);
  const INLINE = /^(inline|contents|ruby)/;
  const ENOUGH = 140; // characters that make a main part worth more than the whole page

  const hidden = (element, style) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
      // What is displayed as its contents alone has no box, and is visible all the same.
      return style.display !== "contents";
    }
    if (element.getAttribute("aria-hidden") === "true") return true;
    if (Number.parseFloat(style.fontSize) < 3) return true;
    if (!["absolute", "fixed"].includes(style.position)) return false;
    const box = element.getBoundingClientRect();
    const clipped = style.overflow !== "visible" || style.clip !== "auto";
    const away = box.right + scrollX <= 0 || box.bottom + scrollY <= 0;
    return away || (clipped && (box.width <= 2 || box.height <= 2));
  };

  const childrenOf = (node) => {
    if (node.shadowRoot) return node.shadowRoot.childNodes;
    const assigned = node.localName === "slot" ? node.assignedNodes() : [];
    return assigned.length ? assigned : node.childNodes;
  };

  const read = (root, around) => {
    const state = { text: "", nodes: 0, more: false };
    const put = (text) => {
      state.text += text;
    };
    const line = () => {
      if (state.text && !state.text.endsWith("\n")) put("\n");
    };
    const words = (text, verbatim) => {
      if (verbatim) return put(text);
      const flat = text.replace(/\s+/g, " ");
      put(/\s$|^$/.test(state.text) ? flat.trimStart() : flat);
    };
    const walk = (node, verbatim, depth) => {
      if (state.text.length > longest || ++state.nodes > mostNodes || depth > 400) {
        state.more = true;
        return;
      }
      if (node.nodeType === Node.TEXT_NODE) return words(node.data, verbatim);
      if (node.nodeType !== Node.ELEMENT_NODE) return;
      const name = node.localName;
      if (SKIPPED.has(name)) return;
      if (node !== root && !around) {
        if (AROUND.has(name) || AROUND_ROLES.has(node.getAttribute("role"))) return;
      }
      const style = getComputedStyle(node);
      if (hidden(node, style)) return;
      element(node, name, style, verbatim, depth);
    };
    const element = (node, name, style, verbatim, depth) => {
      if (name === "br") return put("\n");
      const block = !INLINE.test(style.display) && style.display !== "table-cell";
      if (block) line();
      if (/^h[1-6]$/.test(name)) put(`\n${"#".repeat(Number(name[1]))} `);
      if (name === "li") put("- ");
      const before = state.text.length;
      const link = name === "a" && node.href;
      if (link) put("[");
      for (const child of childrenOf(node)) walk(child, verbatim || name === "pre", depth + 1);
      if (link) closeLink(before);
      if (style.display === "table-cell") put(" | ");
      if (block) line();
      if (/^(p|h[1-6]|ul|ol|table|blockquote|pre)$/.test(name)) put("\n");
    };
    const closeLink = (before) => {
      const inside = state.text.slice(before + 1);
      const label = inside.trim();
      // A link around nothing, or around whole blocks, is better read without a mark.
      const mark = label && !label.includes("\n");
      state.text = state.text.slice(0, before) + (mark ? `[${label}]` : inside);
      if (mark && /\s$/.test(inside)) put(" ");
    };
    walk(root, false, 0);
    const text = state.text
      .replace(/[ \t]*\|[ \t]*\n/g, "\n")
      .replace(/[ \t]+\n/g, "\n")
      .replace(/^(#+|-)\s*\n+/gm, "$1 ")
      .replace(/^(#+|-)\s*$/gm, "")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
    return { text, more: state.more };
  };

  const longestOf = (selector) => {
    let best = { text: "", more: false };
    const found = document.querySelectorAll(selector);
    for (const element of [...found].slice(0, 10)) {
      const result = read(element, false);
      if (result.text.length > best.text.length) best = result;
    }
    return { ...best, count: found.length };
  };

  const readable = () => {
    if (!document.body) return { text: document.documentElement?.textContent ?? "", more: false };
    const main = longestOf("main, [role=main]");
    if (main.text.length >= ENOUGH) return main;
    const article = longestOf("article");
    if (article.count === 1 && article.text.length >= ENOUGH) return article;
    const body = read(document.body, false);
    return body.text.length > 0 ? body : read(document.body, true);
  };

  const plain = () => {
    const text =
      document.querySelector("#webkit-xml-viewer-source-xml, body > pre")?.textContent ??
      document.documentElement?.textContent ??
      "";
    return { text, more: false };
  };

  const type = document.contentType;
  const markup = type === "text/html" || type === "application/xhtml+xml";
  const result = markup ? readable() : plain();
  return {
    title: document.title.slice(0, 300),
    type,
    text: result.text.slice(0, longest),
    more: result.more || result.text.length > longest,
  };
};
