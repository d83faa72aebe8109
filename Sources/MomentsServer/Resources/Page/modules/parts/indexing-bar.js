// How far the indexing of a video is.
import { announce } from "../announcer.js";
import { byID } from "../dom.js";
import { jobSentence } from "./uploads.js";

/** The bar over a video that is being indexed; `cancel` is called where the user has enough. */
export class IndexingBar {
    constructor(cancel) {
        this.quarter = 0;
        byID("indexing-cancel").addEventListener("click", cancel);
    }

    /** Shows a job; none with null. Each quarter is said to screen readers. */
    show(job) {
        byID("indexing").hidden = job === null;
        if (job === null) {
            this.quarter = 0;
            return;
        }
        byID("indexing-told").textContent = jobSentence(job);
        const bar = byID("indexing-bar");
        if (job.progress.fraction === null || job.state === "queued") bar.removeAttribute("value");
        else bar.value = job.progress.fraction;
        const quarter = Math.floor((job.progress.fraction ?? 0) * 4);
        if (quarter > 0 && quarter !== this.quarter) announce(`Indexing: ${quarter * 25} percent.`);
        this.quarter = quarter;
    }
}
