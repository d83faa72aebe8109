// Asks for the server's token, once for all requests that need it.
import { sendToken } from "../api.js";
import { byID } from "../dom.js";

let asking = null;

/** Resolves when the token was right. */
export function askForToken() {
    asking ??= new Promise((resolve) => {
        const dialog = byID("signing-in");
        const form = byID("sign-in");
        const problem = byID("sign-in-problem");
        // Without a token nothing works, so there is nothing to go back to.
        const stay = (event) => event.preventDefault();
        const send = async (event) => {
            event.preventDefault();
            problem.textContent = "";
            try {
                if (await sendToken(byID("token").value)) {
                    form.removeEventListener("submit", send);
                    dialog.removeEventListener("cancel", stay);
                    byID("token").value = "";
                    dialog.close();
                    asking = null;
                    resolve();
                    return;
                }
                problem.textContent = "That is not the token.";
            } catch (error) {
                problem.textContent = error.message;
            }
            byID("token").select();
        };
        form.addEventListener("submit", send);
        dialog.addEventListener("cancel", stay);
        if (!dialog.open) dialog.showModal();
    });
    return asking;
}
