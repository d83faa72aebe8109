// What is said around the moments: the rows' names, the legend, and that there is none.
import { byID, make } from "../dom.js";
import { percent } from "../moments.js";
import { counted, range } from "../time.js";
import { spokenMoment } from "./span-row.js";

/** The name over a row of bars; `letter` where two are compared. */
export function rowName({ answer, moments, below }, letter) {
    const name = letter ? `${letter} · ${answer.model.name}` : answer.model.name;
    if (moments.length > 0) return name;
    return below.length > 0 ? `${name}: no confident moment` : `${name}: no moment`;
}

/** Says what the curves are. */
export function showLegend(rows) {
    const legend = byID("legend");
    const isCompared = rows.a !== null && rows.b !== null;
    const words = (row) => (row.curve.isOwnScale ? "highlight score, own scale" : "how well each clip fits");
    const parts = ["a", "b"].filter((side) => rows[side]?.curve).map((side) => {
        const text = words(rows[side]);
        const whole = isCompared ? `${side.toUpperCase()} ${text}` : text[0].toUpperCase() + text.slice(1);
        return make("span", { class: `key ${side}` }, whole);
    });
    const text = parts.map((part) => part.textContent).join();
    if (legend.dataset.text === text) return;
    legend.dataset.text = text;
    legend.replaceChildren(...parts);
}

/** "No confident moment", for each side that has none. `lower` is called with a cut-off that shows the best. */
export function noMoments(rows, lower) {
    return ["a", "b"].filter((side) => rows[side] && rows[side].moments.length === 0).map((side) => {
        const { answer, below, cutoff } = rows[side];
        const who = rows.a && rows.b ? `${side.toUpperCase()}, ${answer.model.name}: ` : "";
        const soFar = answer.isPartial ? " so far" : "";
        const [best] = below;
        if (!best) return make("div", { class: "nothing" }, make("h3", {}, `${who}No moment${soFar}`));
        return make("div", { class: "nothing" }, make("h3", {}, `${who}No confident moment${soFar}`),
            make("p", {}, `The best is ${range(best.start, best.end)} with ${percent(best.score)}, below the cut-off of ${percent(cutoff)}.`),
            make("button", { type: "button", onclick: () => lower(Math.floor(best.score * 100) / 100) }, "Show it anyway"));
    });
}

/** What is said to screen readers of an answer's moments. */
export function spokenAnswer(moments) {
    if (moments.length === 0) return "No confident moment.";
    return `${counted(moments.length, "moment")} found. Best: ${spokenMoment(moments[0])}`;
}

/** A word on what to do. */
export function hint(text) {
    return make("p", { class: "hint" }, text);
}
