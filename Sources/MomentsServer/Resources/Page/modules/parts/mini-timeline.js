// A video's time in one line: where its moments are.
import { make, place } from "../dom.js";
import { TimeAxis } from "../axis.js";

/** Draws spans on the whole of a video. `spans` have start, end, and whether they are `faint`. */
export function miniTimeline(duration, spans) {
    const axis = new TimeAxis(duration);
    const bars = spans.map((span) => {
        const box = axis.box(span.start, span.end);
        if (!box) return null;
        const bar = make("span", { class: span.faint ? "mini-span faint" : "mini-span" });
        place(bar, box.left, box.width);
        return bar;
    });
    return make("div", { class: "mini-line", "aria-hidden": "true" }, ...bars);
}
