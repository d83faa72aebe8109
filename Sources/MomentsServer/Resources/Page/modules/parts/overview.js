// Which part of the video the magnified axis shows; it can be dragged.
import { byID, make, place } from "../dom.js";
import { miniTimeline } from "./mini-timeline.js";

/** A line for the whole video with a window on it. Tells `move(seconds)`: where the window's middle is wanted. */
export class Overview {
    constructor(move) {
        this.element = byID("overview");
        this.window = make("div", { class: "overview-window" });
        this.element.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            this.element.setPointerCapture(event.pointerId);
            const go = (moved) => {
                const bounds = this.element.getBoundingClientRect();
                move(((moved.clientX - bounds.left) / bounds.width) * this.duration);
            };
            go(event);
            this.element.addEventListener("pointermove", go);
            this.element.addEventListener("lostpointercapture", () => this.element.removeEventListener("pointermove", go), { once: true });
        });
    }

    show(axis, spans) {
        this.duration = axis.duration;
        this.element.hidden = axis.isWhole;
        if (axis.isWhole) return;
        place(this.window, axis.from / axis.duration, axis.width / axis.duration);
        this.element.replaceChildren(miniTimeline(axis.duration, spans), this.window);
    }
}
