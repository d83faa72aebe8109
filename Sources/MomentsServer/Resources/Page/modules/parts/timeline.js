// Thumbnails, curves and moments on the one time axis, with the play position across them.
import { byID, make, place, setAttribute } from "../dom.js";
import { valueAt } from "../curve.js";
import { percent } from "../moments.js";
import { clock, spoken } from "../time.js";
import { CurveTrack } from "./curve-track.js";
import { Overview } from "./overview.js";
import { SpanRow } from "./span-row.js";
import { ThumbnailStrip } from "./thumbnail-strip.js";

/**
 * The timeline. It is told what to show and tells what the user wants: `seek(seconds)`, `choose(key)`, `play(key)`,
 * `trim(key, edge, seconds, isLast)` and `axis(axis)`.
 */
export class Timeline {
    constructor(told) {
        this.told = told;
        this.tracks = byID("tracks");
        this.shown = null;
        this.time = 0;
        this.strip = new ThumbnailStrip();
        this.curves = new CurveTrack();
        const secondsAt = (clientX) => this.#secondsAt(clientX);
        this.rows = { a: new SpanRow("a", told, secondsAt), b: new SpanRow("b", told, secondsAt) };
        this.ruler = make("div", { class: "ruler", "aria-hidden": "true" });
        this.band = make("div", { class: "band", hidden: true });
        this.unindexed = make("div", { class: "unindexed", hidden: true }, make("span", {}, "not indexed yet"));
        this.hover = make("div", { class: "hover", hidden: true, "aria-hidden": "true" }, make("span", {}));
        this.playhead = make("div", { class: "playhead", role: "slider", tabindex: 0, "aria-label": "Play position" });
        this.tracks.append(this.strip.element, this.curves.element, this.rows.a.element, this.rows.b.element,
            this.ruler, this.band, this.unindexed, this.hover, this.playhead);
        this.overview = new Overview((seconds) => {
            const { axis } = this.shown;
            told.axis(axis.moved(seconds - (axis.from + axis.to) / 2));
        });
        this.#listen();
        new ResizeObserver(() => this.shown && this.show(this.shown)).observe(this.tracks);
    }

    /**
     * Shows everything: `axis`; `video` (id or null); `indexed` (seconds, null for all); `chosen` (key or null);
     * `rows`, for each of a and b null or its `name`, `moments`, `below` and `curve`.
     */
    show(shown) {
        this.shown = shown;
        const { axis, rows, chosen } = shown;
        const pixels = this.tracks.clientWidth;
        this.strip.show(axis, shown.video, pixels);
        this.curves.show(axis, { a: rows.a?.curve, b: rows.b?.curve }, shown.indexed ?? axis.duration);
        for (const side of ["a", "b"]) {
            this.rows[side].element.hidden = !rows[side];
            if (rows[side]) this.rows[side].show({ axis, chosen, pixels, ...rows[side] });
        }
        this.#showRuler(axis, pixels);
        this.#showBand();
        const rest = shown.indexed === null ? null : axis.box(shown.indexed, axis.duration);
        this.unindexed.hidden = !rest || rest.width < 0.002;
        if (rest) {
            place(this.unindexed, rest.left, rest.width);
            this.unindexed.classList.toggle("narrow", rest.width * pixels < 110);
        }
        const all = [...(rows.a?.moments ?? []), ...(rows.b?.moments ?? [])];
        this.overview.show(axis, all);
        for (const [id, off] of [["zoom-out", axis.isWhole], ["zoom-all", axis.isWhole], ["zoom-moment", !this.#chosen()],
            ["zoom-in", axis.width <= axis.constructor.leastWidth + 1e-6]]) byID(id).disabled = off;
        this.setTime(this.time);
    }

    /** Moves the play position. */
    setTime(seconds) {
        this.time = seconds;
        if (!this.shown) return;
        const { axis } = this.shown;
        const fraction = axis.fraction(seconds);
        this.playhead.classList.toggle("outside", fraction < -1e-6 || fraction > 1 + 1e-6);
        place(this.playhead, Math.min(1, Math.max(0, fraction)));
        const text = `${clock(seconds, 1)} / ${clock(axis.duration)}`;
        const output = byID("timeline-time");
        if (output.textContent === text) return;
        output.textContent = text;
        setAttribute(this.playhead, "aria-valuemin", 0);
        setAttribute(this.playhead, "aria-valuemax", Number(axis.duration.toFixed(1)));
        setAttribute(this.playhead, "aria-valuenow", Number(seconds.toFixed(1)));
        setAttribute(this.playhead, "aria-valuetext", spoken(seconds));
    }

    /** Puts the focus on a moment's bar, where the focus is on one already. */
    moveFocus(key) {
        const row = this.rows[key[0]];
        if (this.rows.a.hasFocus || this.rows.b.hasFocus) row.focus(key);
    }

    #chosen() {
        const { rows, chosen } = this.shown;
        return [...(rows.a?.moments ?? []), ...(rows.b?.moments ?? [])].find((moment) => moment.key === chosen) ?? null;
    }

    #showRuler(axis, pixels) {
        const { step, ticks } = axis.ticks(pixels);
        const digits = step < 1 ? 1 : 0;
        this.ruler.replaceChildren(...ticks.map((seconds) => {
            const label = clock(seconds, digits);
            const fraction = axis.fraction(seconds);
            // Labels at the edges stay inside.
            const room = (label.length * 4) / Math.max(1, pixels);
            const side = fraction < room ? " first" : fraction > 1 - room ? " last" : "";
            const tick = make("span", { class: "tick" + side }, make("span", {}, label));
            place(tick, fraction);
            return tick;
        }));
    }

    #showBand() {
        const moment = this.#chosen();
        const box = moment && this.shown.axis.box(moment.start, moment.end);
        this.band.hidden = !box;
        if (!box) return;
        place(this.band, box.left, box.width);
        this.band.classList.toggle("b", moment.key[0] === "b");
        // Over pictures and curves: the bars show what is chosen by themselves.
        this.band.style.height = `${this.curves.element.offsetTop + this.curves.element.offsetHeight}px`;
    }

    #secondsAt(clientX) {
        const bounds = this.tracks.getBoundingClientRect();
        return this.shown.axis.seconds((clientX - bounds.left) / bounds.width);
    }

    #listen() {
        const surfaces = [this.strip.element, this.curves.element, this.ruler, this.playhead];
        for (const surface of surfaces) {
            surface.addEventListener("pointerdown", (event) => {
                if (event.button !== 0 || !this.shown) return;
                event.preventDefault();
                surface.setPointerCapture(event.pointerId);
                const go = (moved) => this.told.seek(this.#secondsAt(moved.clientX));
                go(event);
                surface.addEventListener("pointermove", go);
                surface.addEventListener("lostpointercapture", () => surface.removeEventListener("pointermove", go), { once: true });
            });
        }
        this.playhead.addEventListener("keydown", (event) => {
            const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
            const { duration } = this.shown.axis;
            const to = event.key === "Home" ? 0 : event.key === "End" ? duration : this.time + steps[event.key];
            if (!Number.isFinite(to)) return;
            event.preventDefault();
            this.told.seek(Math.min(duration, Math.max(0, to)));
        });
        this.tracks.addEventListener("pointermove", (event) => this.#showHover(event));
        this.tracks.addEventListener("pointerleave", () => {
            this.hover.hidden = true;
        });
        this.tracks.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
        const axis = (change) => () => this.told.axis(change(this.shown.axis));
        const middle = (axis) => (axis.fraction(this.time) >= 0 && axis.fraction(this.time) <= 1 ? this.time : undefined);
        byID("zoom-in").addEventListener("click", axis((axis) => axis.magnified(2, middle(axis))));
        byID("zoom-out").addEventListener("click", axis((axis) => axis.magnified(0.5, middle(axis))));
        byID("zoom-all").addEventListener("click", () => this.showAll());
        byID("zoom-moment").addEventListener("click", () => this.showMoment());
    }

    /** Shows the whole video. */
    showAll() {
        this.told.axis(this.shown.axis.magnified(0));
    }

    /** Shows the chosen moment large. */
    showMoment() {
        const moment = this.#chosen();
        if (moment) this.told.axis(this.shown.axis.around(moment.start, moment.end));
    }

    #showHover(event) {
        this.hover.hidden = !this.shown || event.pointerType === "touch";
        if (this.hover.hidden) return;
        const { axis, rows } = this.shown;
        const seconds = this.#secondsAt(event.clientX);
        place(this.hover, axis.fraction(seconds));
        this.hover.classList.toggle("turned", axis.fraction(seconds) > 0.7);
        const values = ["a", "b"].map((side) => {
            const curve = rows[side]?.curve;
            const value = curve ? valueAt(curve.values, curve.clipLength, seconds) : null;
            if (value === null) return null;
            const written = curve.isOwnScale ? value.toFixed(2) : percent(value);
            return rows.b ? `${side.toUpperCase()} ${written}` : written;
        });
        this.hover.firstChild.textContent = [clock(seconds, 1), ...values.filter((value) => value !== null)].join(" · ");
    }

    #wheel(event) {
        if (!this.shown) return;
        const { axis } = this.shown;
        if (event.ctrlKey || event.metaKey) {
            event.preventDefault();
            this.told.axis(axis.magnified(Math.exp(-event.deltaY / 250), this.#secondsAt(event.clientX)));
            return;
        }
        const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
        if (axis.isWhole || Math.abs(sideways) < Math.abs(event.deltaY) && !event.shiftKey) return;
        event.preventDefault();
        this.told.axis(axis.moved((sideways / this.tracks.clientWidth) * axis.width));
    }
}
