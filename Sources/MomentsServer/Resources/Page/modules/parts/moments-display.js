// What is drawn of a video's moments: the timeline, the list, and the words around them.
import { byID } from "../dom.js";
import { AnswerHeading } from "./answer-heading.js";
import { hint, noMoments, rowName, showLegend } from "./answer-words.js";
import { MomentList } from "./moment-list.js";
import { scoreSentence } from "./score-words.js";
import { Timeline } from "./timeline.js";

/** The moments as they are seen. Tells what its parts tell: see `Timeline`, `MomentList` and `AnswerHeading`. */
export class MomentsDisplay {
    constructor(told) {
        this.told = told;
        this.timeline = new Timeline(told);
        this.list = new MomentList(told);
        this.heading = new AnswerHeading(told);
    }

    /** Brings a moment into sight. */
    reveal(key) {
        this.list.reveal(key);
        this.timeline.moveFocus(key);
    }

    /** Draws what is `shown` of a subject's answers to a sentence. */
    show(shown, { subject, axis, sentence, isBusy, sort }) {
        const { rows, listed, isCompared } = shown;
        const chosen = shown.chosen?.key ?? null;
        const { playable: video, job } = subject;
        this.timeline.show({
            axis, video, chosen,
            indexed: job ? Math.max(job.progress.askable, 0) : null,
            rows: {
                a: rows.a && { ...rows.a, name: rowName(rows.a, isCompared ? "A" : null) },
                b: rows.b && { ...rows.b, name: rowName(rows.b, "B") },
            },
        });
        this.list.show({ moments: listed, chosen, video, isCompared });
        this.heading.show(rows, listed.length, { isBusy, sort });
        showLegend(rows);
        byID("answers-none").replaceChildren(...this.#nothing(rows, subject, sentence, isBusy));
        byID("answers-meaning").textContent = [rows.a, rows.b].filter((row) => row?.moments.length > 0)
            .map((row) => scoreSentence(row.answer.model)).join(" ");
        byID("export").disabled = !rows.a;
    }

    #nothing(rows, subject, sentence, isBusy) {
        if (sentence === "") return [hint("Write a sentence above. The moments that it describes are shown here and on the timeline.")];
        if (subject.key && !subject.isAskable) return subject.job ? [hint("The answer comes with the first seconds that are indexed.")] : [];
        if (!rows.a && isBusy) return [hint("Looking …")];
        return noMoments(rows, this.told.cutoff);
    }
}
