// The sentence, and the models that are asked.
import { byID, make } from "../dom.js";

/** The form at the top. Tells `ask(sentence)`, `model(name)`, `other(name or null)`. */
export class AskForm {
    constructor(told) {
        this.field = byID("sentence");
        // Who writes before the server has answered keeps what was written.
        this.sentence = "";
        this.model = byID("model");
        this.other = byID("other");
        byID("ask").addEventListener("submit", (event) => {
            event.preventDefault();
            told.ask(this.field.value.trim());
        });
        // The cross in the field empties it.
        this.field.addEventListener("search", () => this.field.value === "" && told.ask(""));
        this.model.addEventListener("change", () => told.model(this.model.value));
        this.other.addEventListener("change", () => told.other(this.other.value || null));
    }

    /** Fills the lists of models. */
    setModels(models) {
        const options = () => models.map((model) => make("option", { value: model.name }, model.name));
        this.model.replaceChildren(...options());
        this.other.replaceChildren(make("option", { value: "" }, "none"), ...options());
        this.count = models.length;
        byID("ask-models").hidden = false;
    }

    /** Shows what is asked. `isOfVideo` tells one video from the library. */
    show({ sentence, model, other, isOfVideo }) {
        // What is being written stays, unless another sentence has been asked.
        if (sentence !== this.sentence) this.field.value = sentence;
        this.sentence = sentence;
        byID("sentence-label").textContent = isOfVideo ? "Describe a moment of this video" : "Describe a moment in the library";
        if (model) this.model.value = model;
        for (const option of this.other.options) option.disabled = option.value !== "" && option.value === model;
        this.other.value = other ?? "";
        byID("other-label").hidden = !isOfVideo || !(this.count > 1);
    }

    /** Puts the focus on the sentence. */
    focus() {
        this.field.focus();
        this.field.select();
    }
}
