// One model's moments as bars on the time axis.
import { make, place, setAttribute } from "../dom.js";
import { lanes } from "../axis.js";
import { percent } from "../moments.js";
import { clock, spoken } from "../time.js";

const gapInPixels = 3;

/**
 * A listbox of bars. The chosen one is the only tab stop; arrows go to the next. Bars that overlap lie in lanes.
 *
 * Tells `choose(key)`, `play(key)`, and `trim(key, edge, seconds, isLast)` while an edge is moved.
 */
export class SpanRow {
    constructor(side, told, secondsAt) {
        this.side = side;
        this.told = told;
        this.bars = new Map();
        this.name = make("p", { class: `row-name ${side}`, id: `row-${side}` });
        this.list = make("div", { class: `lanes ${side}`, role: "listbox", "aria-labelledby": `row-${side}`, "aria-orientation": "horizontal" });
        this.original = make("div", { class: "span-original", hidden: true });
        this.handles = { start: new Handle("start", this, secondsAt), end: new Handle("end", this, secondsAt) };
        this.field = make("div", { class: "lane-field" }, this.list, this.original, this.handles.start.element, this.handles.end.element);
        this.below = make("div", { class: "below-line", "aria-hidden": "true" });
        this.element = make("div", { class: "row" }, this.name, this.field, this.below);
        this.list.addEventListener("keydown", (event) => this.#key(event));
    }

    /** `moments` are those above the cut-off, `below` the others; `pixels` is how wide the axis is. */
    show({ axis, name, moments, below, chosen, pixels }) {
        this.name.textContent = name;
        this.moments = moments;
        this.chosen = moments.find((moment) => moment.key === chosen) ?? null;
        const gap = (gapInPixels / Math.max(1, pixels)) * axis.width;
        const packed = lanes(moments, gap);
        this.field.style.setProperty("--lanes", String(packed.count));
        const tabStop = this.chosen ?? moments[0];
        const seen = new Set();
        moments.forEach((moment, index) => {
            const bar = this.bars.get(moment.key) ?? this.#bar(moment.key);
            seen.add(moment.key);
            const box = axis.box(moment.start, moment.end);
            bar.hidden = box === null;
            if (box) place(bar, box.left, box.width);
            bar.style.setProperty("--lane", String(packed.numbers[index]));
            setAttribute(bar, "tabindex", moment === tabStop ? 0 : -1);
            setAttribute(bar, "aria-selected", moment === this.chosen ? "true" : "false");
            setAttribute(bar, "aria-label", spokenMoment(moment));
            bar.title = `${moment.rank}: ${clock(moment.start, 1)} – ${clock(moment.end, 1)}, ${percent(moment.score)}`;
            const room = (box?.width ?? 0) * pixels;
            bar.textContent = room > 62 ? `${moment.rank} · ${percent(moment.score)}` : room > 16 ? String(moment.rank) : "";
        });
        for (const [key, bar] of this.bars) {
            if (seen.has(key)) continue;
            bar.remove();
            this.bars.delete(key);
        }
        this.#showBelow(axis, below);
        this.#showChosen(axis, moments, packed.numbers);
    }

    /** Puts the focus on a moment's bar. */
    focus(key) {
        this.bars.get(key)?.focus({ preventScroll: true });
    }

    get hasFocus() {
        return this.list.contains(document.activeElement);
    }

    #bar(key) {
        const bar = make("div", {
            class: "span", role: "option", "data-key": key,
            onclick: () => this.told.play(key),
        });
        this.bars.set(key, bar);
        this.list.append(bar);
        return bar;
    }

    #showBelow(axis, below) {
        this.below.hidden = below.length === 0;
        this.below.replaceChildren(...below.map((moment) => {
            const box = axis.box(moment.start, moment.end);
            if (!box) return null;
            const mark = make("span", { class: "below", title: `below the cut-off: ${percent(moment.score)}` });
            place(mark, box.left, box.width);
            return mark;
        }).filter((mark) => mark !== null));
    }

    #showChosen(axis, moments, numbers) {
        const moment = this.chosen;
        const lane = moment ? String(numbers[moments.indexOf(moment)]) : "0";
        for (const edge of ["start", "end"]) this.handles[edge].show(axis, moment, lane);
        const box = moment?.isTrimmed ? axis.box(moment.found.start, moment.found.end) : null;
        this.original.hidden = box === null;
        if (!box) return;
        place(this.original, box.left, box.width);
        this.original.style.setProperty("--lane", lane);
    }

    #key(event) {
        const key = event.target.dataset.key;
        const order = [...this.moments].sort((one, other) => one.start - other.start);
        const index = order.findIndex((moment) => moment.key === key);
        const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
        let next = null;
        if (event.key in steps) next = order[index + steps[event.key]];
        else if (event.key === "Home") next = order[0];
        else if (event.key === "End") next = order.at(-1);
        else if (event.key === "Enter") this.told.play(key);
        else return;
        event.preventDefault();
        if (!next) return;
        this.told.choose(next.key);
        this.focus(next.key);
    }
}

/** What a screen reader says of a moment. */
export function spokenMoment(moment) {
    const trimmed = moment.isTrimmed ? ", trimmed" : "";
    return `Moment ${moment.rank}, ${spoken(moment.start)} to ${spoken(moment.end)}, ${percent(moment.score)}${trimmed}`;
}

/** The grip at one edge of the chosen moment: dragged, or moved by arrow keys by a tenth of a second (with Shift one). */
class Handle {
    constructor(edge, row, secondsAt) {
        this.edge = edge;
        this.row = row;
        this.element = make("div", { class: `handle ${edge}`, role: "slider", tabindex: 0, hidden: true });
        const trim = (seconds, isLast) => row.told.trim(row.chosen.key, edge, seconds, isLast);
        this.element.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault();
            event.stopPropagation();
            this.element.focus({ preventScroll: true });
            this.element.setPointerCapture(event.pointerId);
            const grip = secondsAt(event.clientX) - row.chosen[edge];
            const move = (moved) => trim(secondsAt(moved.clientX) - grip, false);
            const end = () => {
                this.element.removeEventListener("pointermove", move);
                trim(row.chosen[edge], true);
            };
            this.element.addEventListener("pointermove", move);
            this.element.addEventListener("lostpointercapture", end, { once: true });
        });
        this.element.addEventListener("keydown", (event) => {
            const steps = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1, PageUp: 5, PageDown: -5 };
            const step = steps[event.key];
            if (step === undefined) return;
            event.preventDefault();
            event.stopPropagation();
            trim(row.chosen[edge] + step * (event.shiftKey ? 10 : 1), true);
        });
    }

    show(axis, moment, lane) {
        const seconds = moment?.[this.edge];
        const fraction = moment ? axis.fraction(seconds) : -1;
        this.element.hidden = fraction < -1e-6 || fraction > 1 + 1e-6;
        if (!moment) return;
        place(this.element, Math.min(1, Math.max(0, fraction)));
        this.element.style.setProperty("--lane", lane);
        setAttribute(this.element, "aria-label", `${this.edge === "start" ? "Start" : "End"} of moment ${moment.rank}`);
        setAttribute(this.element, "aria-valuemin", 0);
        setAttribute(this.element, "aria-valuemax", Number(axis.duration.toFixed(1)));
        setAttribute(this.element, "aria-valuenow", Number(seconds.toFixed(1)));
        setAttribute(this.element, "aria-valuetext", spoken(seconds));
    }
}
