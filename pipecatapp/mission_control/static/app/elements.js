// Makes elements; what they say is text, whatever it looks like.

export function made(tag, style = "", text = "") {
  const element = document.createElement(tag);
  if (style) element.className = style;
  element.textContent = text;
  return element;
}

export function button(text, style) {
  const element = made("button", style, text);
  element.type = "button";
  return element;
}
