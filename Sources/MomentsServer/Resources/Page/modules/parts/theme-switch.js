// Automatic, light or dark.
import { byID } from "../dom.js";

const names = { "": "auto", light: "light", dark: "dark" };
const next = { "": "light", light: "dark", dark: "" };

/** Lets the button change the colours, and remembers them. */
export function startThemeSwitch() {
    const button = byID("theme");
    const show = () => {
        const theme = document.documentElement.dataset.theme ?? "";
        byID("theme-name").textContent = `Theme: ${names[theme]}`;
        button.setAttribute("aria-label", `Theme: ${names[theme]}`);
        button.title = `Theme: ${names[theme]}`;
    };
    button.addEventListener("click", () => {
        const theme = next[document.documentElement.dataset.theme ?? ""];
        if (theme) document.documentElement.dataset.theme = theme;
        else delete document.documentElement.dataset.theme;
        try {
            localStorage.setItem("theme", theme);
        } catch {
            // Then it holds for this visit.
        }
        show();
    });
    show();
}
