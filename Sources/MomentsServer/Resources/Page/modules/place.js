// Where the user is: the state in the address, and the history of it.
import { decode, encode, initial } from "./address.js";

const listeners = [];
// Browsers refuse an address that changes a hundred times a second, as while something is dragged.
const pause = 250;
let pending = null;
let timer = 0;

/** What the page shows now. */
export let state = decode(location.hash);

/** Calls a function with the new and the old state, and whether the user went somewhere or changed something here. */
export function onChange(listener) {
    listeners.push(listener);
}

/** Changes a part of the state. With `push` the way back leads to the one before; otherwise it is replaced. */
export function change(part, { push = false } = {}) {
    const hash = encode({ ...state, ...part });
    if (hash === encode(state)) return;
    if (push) {
        settle();
        history.pushState(null, "", hash);
    } else {
        pending = hash;
        if (!timer) timer = setTimeout(settle, pause);
    }
    tell(decode(hash), false);
}

/** The whole address of what is shown now. */
export function address() {
    settle();
    return location.href;
}

/** The address of another state, for a link: what is not named is as at the beginning, but for the models. */
export function link(part) {
    return encode({ ...initial, model: state.model, other: state.other, cutoff: state.cutoff, ...part });
}

// A click on a link, the way back and on, or an address that was typed.
addEventListener("hashchange", arrive);
addEventListener("popstate", arrive);
addEventListener("pagehide", settle);

function settle() {
    clearTimeout(timer);
    timer = 0;
    if (pending !== null) history.replaceState(null, "", pending);
    pending = null;
}

function arrive() {
    // The link past the header leads to a place within the page.
    if (location.hash === "#main") return;
    clearTimeout(timer);
    timer = 0;
    pending = null;
    tell(decode(location.hash), true);
}

function tell(next, isNavigation) {
    const before = state;
    if (encode(next) === encode(before)) return;
    state = next;
    for (const listener of listeners) listener(next, before, isNavigation);
}
