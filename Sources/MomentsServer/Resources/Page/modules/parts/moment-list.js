// The moments as a list, with pictures, times and scores.
import { thumbnailAddress } from "../api.js";
import { byID, copyOf, setAttribute } from "../dom.js";
import { percent } from "../moments.js";
import { clock, length, parseClock, range } from "../time.js";
import { spokenMoment } from "./span-row.js";

/** A list of moments; the chosen one can be trimmed in it. Tells `play(key)`, `trim(key, edge, seconds, true)`, `undo(key)`. */
export class MomentList {
    constructor(told) {
        this.told = told;
        this.element = byID("moments");
        this.items = new Map();
    }

    /** `moments` in the order to show; `isCompared` where two models answered. */
    show({ moments, chosen, video, isCompared }) {
        const seen = new Set(moments.map((moment) => moment.key));
        for (const [key, item] of this.items) {
            if (seen.has(key)) continue;
            item.remove();
            this.items.delete(key);
        }
        moments.forEach((moment, index) => {
            const item = this.items.get(moment.key) ?? this.#item(moment.key);
            // Moving an item takes the focus from it, so only what stands wrong is moved.
            if (this.element.children[index] !== item) this.element.insertBefore(item, this.element.children[index] ?? null);
            this.#fill(item, moment, { isChosen: moment.key === chosen, video, isCompared });
        });
    }

    /** Brings a moment into sight; moves the focus where it is in the list already. */
    reveal(key) {
        const item = this.items.get(key);
        if (!item) return;
        // Only the list scrolls: the page stays where the user looks.
        const box = item.getBoundingClientRect();
        const list = this.element.getBoundingClientRect();
        if (box.top < list.top) this.element.scrollTop -= list.top - box.top;
        else if (box.bottom > list.bottom) this.element.scrollTop += box.bottom - list.bottom;
        const active = document.activeElement;
        if (this.element.contains(active) && active.tagName === "BUTTON") item.querySelector("button").focus({ preventScroll: true });
    }

    #item(key) {
        const item = copyOf("moment-template");
        item.dataset.key = key;
        item.classList.add(key[0]);
        item.querySelector(".moment-choose").addEventListener("click", () => this.told.play(key));
        for (const edge of ["start", "end"]) {
            const field = item.querySelector(`.trim-${edge}`);
            field.addEventListener("change", () => {
                const seconds = parseClock(field.value);
                setAttribute(field, "aria-invalid", seconds === null ? "true" : null);
                if (seconds !== null) this.told.trim(key, edge, seconds, true);
            });
        }
        item.querySelector(".trim-undo").addEventListener("click", () => this.told.undo(key));
        this.items.set(key, item);
        return item;
    }

    #fill(item, moment, { isChosen, video, isCompared }) {
        const part = (name) => item.querySelector(name);
        item.classList.toggle("chosen", isChosen);
        const button = part(".moment-choose");
        setAttribute(button, "aria-current", isChosen ? "true" : null);
        setAttribute(button, "aria-label", `Play ${spokenMoment(moment)}${isCompared ? `, model ${moment.key[0].toUpperCase()}` : ""}`);
        part(".rank").textContent = isCompared ? moment.key[0].toUpperCase() + moment.rank : String(moment.rank);
        part(".moment-range").textContent = range(moment.start, moment.end, isChosen || moment.isTrimmed ? 1 : 0);
        part(".moment-length").textContent = length(moment.end - moment.start);
        part(".percent").textContent = percent(moment.score);
        part(".score-tag").textContent = moment.tag;
        part(".trimmed-tag").hidden = !moment.isTrimmed;
        part(".meter span").style.width = `${Math.min(1, Math.max(0, moment.score)) * 100}%`;
        const picture = part(".thumbnail");
        const address = video === null ? null : thumbnailAddress(video, (moment.found.start + moment.found.end) / 2);
        picture.hidden = address === null;
        if (address && picture.getAttribute("src") !== address) picture.setAttribute("src", address);
        part(".trim").hidden = !isChosen;
        for (const edge of ["start", "end"]) {
            const field = part(`.trim-${edge}`);
            const text = clock(moment[edge], 1);
            if (field.value !== text && document.activeElement !== field) {
                field.value = text;
                setAttribute(field, "aria-invalid", null);
            }
        }
        part(".trim-undo").disabled = !moment.isTrimmed;
        part(".moment-other").textContent = moment.counterpart ?? "";
    }
}
