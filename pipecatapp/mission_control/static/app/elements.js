// Makes elements and what they say, which is text, whatever it looks like.

export function made(tag, style = "", text = "") {
  const element = document.createElement(tag);
  if (style) element.className = style;
  element.textContent = text;
  return element;
}

export function plural(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

export function button(text, style) {
  const element = made("button", style, text);
  element.type = "button";
  return element;
}
