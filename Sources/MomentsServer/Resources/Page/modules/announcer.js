// Says to screen readers what has changed on the page.
import { byID } from "./dom.js";

let last = 0;

/** Says something when the reader is next silent. */
export function announce(text) {
    const status = byID("status");
    // The same words again would not be a change.
    status.textContent = "";
    clearTimeout(last);
    last = setTimeout(() => {
        status.textContent = text;
    }, 60);
}
