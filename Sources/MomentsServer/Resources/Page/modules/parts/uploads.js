// Files that are dropped or picked: sent one after the other, then followed while they are indexed.
import * as api from "../api.js";
import { announce } from "../announcer.js";
import { byID, copyOf, setAttribute } from "../dom.js";
import { clock, length } from "../time.js";
import { link } from "../place.js";
import { percent } from "../moments.js";

const endings = /\.(3gp|asf|avi|flv|m2ts|m4v|mkv|mov|mp4|mpeg|mpg|mts|mxf|ogv|ts|vob|webm|wmv)$/i;

/** Takes files and shows what becomes of them. Tells `ready(job, isOnly)` when one is sent, `done()` when one is indexed. */
export class Uploads {
    constructor(told) {
        this.told = told;
        this.element = byID("jobs");
        this.rows = new Map();
        this.waiting = [];
        this.isSending = false;
        this.limit = null;
        /** Files of this visit by their job, so that they can be played before they are indexed. */
        this.files = new Map();
        byID("pick").addEventListener("click", () => byID("file").click());
        byID("file").addEventListener("change", (event) => {
            this.take([...event.target.files]);
            event.target.value = "";
        });
        this.#listenForDrops();
        this.watch();
    }

    /** Sends files, one after the other. */
    take(files) {
        for (const file of files) {
            const row = this.#row(`file-${crypto.getRandomValues(new Uint32Array(1))[0]}`, file.name);
            const problem = this.#problemOf(file);
            if (problem) {
                this.#end(row, problem);
                continue;
            }
            const stopping = new AbortController();
            row.stop = () => {
                stopping.abort();
                this.#remove(row);
            };
            this.#tell(row, "Waits to be sent", null);
            this.waiting.push({ file, row, signal: stopping.signal });
        }
        this.#send();
    }

    /** Looks after the server's jobs, as long as some are at work. */
    async watch() {
        clearTimeout(this.timer);
        let isBusy = false;
        try {
            const { jobs } = await api.jobs();
            isBusy = jobs.some((job) => ["queued", "running"].includes(job.state));
            for (const job of [...jobs].reverse()) this.#showJob(job);
        } catch {
            // The next thing that the user does says what is wrong.
            isBusy = this.rows.size > 0;
        }
        if (isBusy) this.timer = setTimeout(() => this.watch(), 1500);
    }

    #problemOf(file) {
        if (!endings.test(file.name)) return "This is not a video file that the server takes.";
        if (file.size === 0) return "The file is empty.";
        if (this.limit && file.size > this.limit) return `The file is larger than the ${Math.floor(this.limit / 1e6)} MB that the server takes.`;
        return null;
    }

    async #send() {
        if (this.isSending) return;
        this.isSending = true;
        const isOnly = this.waiting.length === 1;
        while (this.waiting.length > 0) {
            const { file, row, signal } = this.waiting.shift();
            if (signal.aborted) continue;
            try {
                const progress = (share) => this.#tell(row, share < 1 ? `Sending, ${percent(share)}` : "Sent; the server takes it up", share);
                this.#tell(row, "Sending", 0);
                const job = await api.upload(file, { progress, signal });
                this.files.set(job.id, file);
                this.#remove(row);
                this.#showJob(job);
                announce(`${file.name} is sent.`);
                this.told.ready(job, isOnly && this.waiting.length === 0);
                this.watch();
            } catch (error) {
                if (error.name !== "AbortError") this.#end(row, error.message);
            }
        }
        this.isSending = false;
    }

    #showJob(job) {
        const known = this.rows.get(job.id);
        if (["queued", "running"].includes(job.state)) {
            const row = known ?? this.#row(job.id, job.name);
            row.stop = async () => {
                row.cancel.disabled = true;
                await api.cancel(job.id).catch(() => {});
                this.watch();
            };
            setAttribute(row.open, "href", link({ job: job.id }));
            row.open.hidden = false;
            this.#tell(row, jobSentence(job), job.progress.fraction);
        } else if (known && known.state !== job.state) {
            if (job.state === "done") {
                this.#remove(known);
                announce(`${job.name} is indexed.`);
                this.told.done(job);
            } else if (job.state === "cancelled") {
                this.#remove(known);
            } else {
                this.#end(known, job.error?.message ?? "It could not be indexed.");
                known.state = job.state;
            }
        }
    }

    #row(key, name) {
        const element = copyOf("job-template");
        const part = (suffix) => element.querySelector(`.job-${suffix}`);
        const row = {
            key, element, told: part("told"), bar: element.querySelector("progress"), open: part("open"), cancel: part("cancel"),
            stop: () => this.#remove(row),
        };
        part("name").textContent = name;
        row.cancel.setAttribute("aria-label", `Cancel ${name}`);
        row.bar.setAttribute("aria-label", name);
        row.cancel.addEventListener("click", () => row.stop());
        this.rows.set(key, row);
        this.element.append(element);
        return row;
    }

    #tell(row, text, share) {
        row.told.textContent = text;
        if (share === null || share === undefined) row.bar.removeAttribute("value");
        else row.bar.value = share;
    }

    #end(row, problem) {
        row.element.classList.add("problem");
        row.told.textContent = problem;
        row.bar.hidden = true;
        row.open.hidden = true;
        row.cancel.textContent = "Close";
        row.cancel.disabled = false;
        row.cancel.setAttribute("aria-label", "Close");
        row.stop = () => this.#remove(row);
        announce(problem);
    }

    #remove(row) {
        row.element.remove();
        this.rows.delete(row.key);
    }

    #listenForDrops() {
        const hint = byID("drop-here");
        const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
        addEventListener("dragenter", (event) => {
            if (hasFiles(event)) hint.hidden = false;
        });
        addEventListener("dragover", (event) => {
            if (!hasFiles(event)) return;
            event.preventDefault();
            event.dataTransfer.dropEffect = "copy";
        });
        addEventListener("dragleave", (event) => {
            if (event.relatedTarget === null) hint.hidden = true;
        });
        addEventListener("drop", (event) => {
            hint.hidden = true;
            if (!hasFiles(event)) return;
            event.preventDefault();
            this.take([...event.dataTransfer.files]);
        });
    }
}

/** How far a job is, for people. */
export function jobSentence(job) {
    if (job.state === "queued") {
        return job.position > 0 ? `Waits; ${job.position === 1 ? "one is" : `${job.position} are`} before it` : "Waits";
    }
    const { seconds, total, secondsLeft } = job.progress;
    const part = total === null ? `Indexing, ${length(seconds)} so far` : `Indexing, ${clock(seconds)} of ${clock(total)}`;
    return secondsLeft === null ? part : `${part}, about ${length(Math.max(1, Math.round(secondsLeft)))} left`;
}
