// What stands over the list of moments: how many, in which order, from which score on.
import { byID } from "../dom.js";
import { percent } from "../moments.js";
import { counted } from "../time.js";
import { Cutoff } from "./cutoff.js";

/** The list's heading. Tells `cutoff(score)` and `sort()`. */
export class AnswerHeading {
    constructor({ cutoff, sort }) {
        this.cutoff = new Cutoff(byID("answers-cutoff"), cutoff);
        byID("sort").addEventListener("click", sort);
    }

    /** Shows the rows of one or two models, of whose moments `count` are listed. */
    show(rows, count, { isBusy, sort }) {
        const soFar = rows.a?.answer.isPartial ? " so far" : "";
        const title = byID("answers-title");
        title.textContent = count > 0 ? counted(count, "moment") + soFar : "Moments";
        title.parentElement.parentElement.toggleAttribute("aria-busy", isBusy);
        const button = byID("sort");
        button.hidden = count < 2;
        button.textContent = sort === "time" ? "by time" : "by score";
        button.setAttribute("aria-label", `Ordered ${button.textContent}; change the order`);
        byID("answers-cutoff").hidden = !rows.a || (rows.a.answer.moments.length === 0 && !rows.b?.answer.moments.length);
        if (!rows.a) return;
        const below = rows.a.below.length + (rows.b?.below.length ?? 0);
        const differs = rows.b !== null && Math.abs(rows.b.cutoff - rows.a.cutoff) > 0.004;
        const told = [below > 0 ? `${below} below` : "", differs ? `B: ${percent(rows.b.cutoff)}` : ""].filter(Boolean).join(" · ");
        this.cutoff.show(rows.a.cutoff, told);
    }
}
