// Elements without a framework: text is always text, so nothing that anybody wrote is ever markup here.

const SVG = "http://www.w3.org/2000/svg";

/** The one element with an id; the page has it, or the page is broken. */
export const byId = (id) => document.getElementById(id);

/** An element: attributes as written, null ones left out, children as nodes or text. */
export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same within a picture. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Text for those who hear the page. */
export const unseen = (text) => h("span", { class: "unseen" }, text);

/** Say why a section has nothing to show, or stays empty where `text` is null. */
export function only(section, text) {
  section.replaceChildren(...(text ? [h("p", { class: "quiet" }, text)] : []));
}
