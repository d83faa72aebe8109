// The slider that says which scores count.
import { copyOf } from "../dom.js";

/** A cut-off slider in a parent element. `changed` gets a score, 0 to 1. */
export class Cutoff {
    constructor(parent, changed) {
        this.element = copyOf("cutoff-template");
        this.slider = this.element.querySelector("input");
        this.value = this.element.querySelector("output");
        this.told = this.element.querySelector(".cutoff-told");
        this.slider.addEventListener("input", () => changed(Number(this.slider.value) / 100));
        parent.append(this.element);
    }

    /** Shows a cut-off, and how many are below it. */
    show(cutoff, told) {
        const value = Math.round(cutoff * 100);
        if (Number(this.slider.value) !== value) this.slider.value = String(value);
        this.slider.style.setProperty("--filled", `${value}%`);
        this.slider.setAttribute("aria-valuetext", `${value} percent`);
        this.value.textContent = `${value} %`;
        this.told.textContent = told;
    }
}
