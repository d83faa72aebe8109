// What went wrong, where everybody sees it, with what can be done.
import { byID, make } from "../dom.js";

/** Shows a problem until it is closed, replaced by one of the same `kind`, or cleared. */
export function showProblem(kind, error, { retry } = {}) {
    const text = error.message || String(error);
    const request = error.requestId ? make("span", { class: "told" }, ` Request ${error.requestId}`) : null;
    const close = make("button", { type: "button", class: "quiet", onclick: () => clearNotice(kind) }, "Close");
    const again = retry
        ? make("button", { type: "button", onclick: () => { clearNotice(kind); retry(); } }, "Try again") : null;
    put(kind, make("div", { class: "notice problem", role: "alert", "data-kind": kind },
        make("p", {}, text, request), make("span", { class: "notice-buttons" }, again, close)));
}

/** Shows something that is worth knowing and no problem. */
export function showNotice(kind, text) {
    put(kind, make("div", { class: "notice", role: "status", "data-kind": kind }, make("p", {}, text)));
}

/** Takes a notice away. */
export function clearNotice(kind) {
    find(kind)?.remove();
}

function put(kind, notice) {
    const old = find(kind);
    if (old) old.replaceWith(notice);
    else byID("notices").append(notice);
}

function find(kind) {
    return [...byID("notices").children].find((each) => each.dataset.kind === kind);
}
