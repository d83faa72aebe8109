// Keys of single characters, which can be turned off, as readers of other programs need.
import { byID } from "../dom.js";

/** Names each key's action. A key counts where nobody is writing; an action that returns false leaves it to the browser. */
export function startKeys(actions) {
    const dialog = byID("keys");
    const box = byID("keys-on");
    box.checked = stored() !== "off";
    box.addEventListener("change", () => {
        try {
            localStorage.setItem("keys", box.checked ? "on" : "off");
        } catch {
            // Then it holds for this visit.
        }
    });
    byID("show-keys").addEventListener("click", () => dialog.showModal());
    document.addEventListener("keydown", (event) => {
        if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
        if (document.querySelector("dialog[open]")) return;
        if (event.key === "?" && !isWriting(event.target)) {
            event.preventDefault();
            dialog.showModal();
            return;
        }
        const action = actions[event.key];
        if (!action || isWriting(event.target) || isItsOwn(event)) return;
        if (action(event) !== false) event.preventDefault();
    });
}

function isWriting(target) {
    return target.closest?.("input:not([type=range]):not([type=checkbox]):not([type=file]), textarea, select") !== null;
}

// A button is pressed by space and Enter, sliders and the player are moved by arrows.
function isItsOwn(event) {
    const { key, target } = event;
    if (key === " " || key === "Enter") return target.closest("button, a, summary, input, video") !== null;
    if (key.startsWith("Arrow")) return target.closest("input, video, [role=slider], [role=listbox]") !== null;
    return false;
}

function stored() {
    try {
        return localStorage.getItem("keys");
    } catch {
        return null;
    }
}
