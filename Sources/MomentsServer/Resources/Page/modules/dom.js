// The few things that the page does with elements. Text goes in as text, never as HTML.

/** The element with an id, which the document has. */
export function byID(id) {
    const element = document.getElementById(id);
    if (!element) throw new Error(`the page has no #${id}`);
    return element;
}

/**
 * Makes an element: `make("p", { class: "told" }, "text", otherElement)`.
 *
 * Properties beginning with `on` are listeners; false, null and undefined leave an attribute out.
 */
export function make(name, properties = {}, ...children) {
    return filled(document.createElement(name), properties, children);
}

/** Makes an SVG element. */
export function makeSVG(name, properties = {}, ...children) {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);
}

/** A copy of a template's only element. */
export function copyOf(template) {
    return byID(template).content.firstElementChild.cloneNode(true);
}

/** Sets an attribute, or removes it where the value is null or false. */
export function setAttribute(element, name, value) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : value);
}

/** Places an element on an axis, in percent of its parent. The security policy allows this, and no `style` attribute. */
export function place(element, left, width) {
    element.style.left = `${(left * 100).toFixed(4)}%`;
    if (width !== undefined) element.style.width = `${(width * 100).toFixed(4)}%`;
}

function filled(element, properties, children) {
    for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else setAttribute(element, name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}
