// The video that is looked at: one of the library, or one that is still being indexed.
import * as api from "../api.js";

/**
 * Loads a video or follows the job that is making one of it. Tells `changed(subject)`, `finished(video)`, `failed(error)`.
 */
export class Subject {
    constructor(told) {
        this.told = told;
        this.key = null;
        this.#clear();
    }

    /** Looks at what a state names; `isNew` where it was not looked at before. */
    open({ video, job }) {
        const key = video ? `video ${video}` : job ? `job ${job}` : null;
        if (key === this.key) return false;
        this.close();
        this.key = key;
        if (video) this.#load(video, key);
        else if (job) this.#follow(job, key);
        return true;
    }

    close() {
        this.stop?.();
        this.stop = null;
        this.key = null;
        this.#clear();
    }

    /** Stops the job. */
    async cancel() {
        if (this.job) await api.cancel(this.job.id);
    }

    /** What a question names. */
    get question() {
        return this.video ? { video: this.video.id } : { job: this.job.id };
    }

    /** Whether it can be asked about now. */
    get isAskable() {
        return this.video !== null || (this.job !== null && this.job.progress.askable > 0);
    }

    /** The id of the video where it can be played; else null. */
    get playable() {
        return this.video && !this.video.isGone && this.video.media ? this.video.id : null;
    }

    get name() {
        return this.video?.name ?? this.job?.name ?? "";
    }

    /** Seconds; of what is being indexed those that it will have, where that is known. */
    get duration() {
        if (this.video) return this.video.duration;
        return this.job ? Math.max(this.job.progress.total ?? 0, this.job.progress.seconds, 1) : 1;
    }

    #clear() {
        this.video = null;
        this.job = null;
    }

    async #load(id, key) {
        try {
            const video = await api.video(id);
            if (this.key !== key) return;
            this.video = video;
            this.told.changed(this);
        } catch (error) {
            if (this.key === key) this.told.failed(error);
        }
    }

    async #follow(id, key) {
        const take = (job) => {
            if (this.key !== key) return;
            this.job = job;
            if (job.state === "done" && job.video) this.told.finished(job.video);
            else if (job.state === "failed") this.told.failed(job.error ?? new Error("The video could not be indexed."));
            else if (job.state === "cancelled") this.told.failed(new Error("The indexing was cancelled."));
            else this.told.changed(this);
        };
        try {
            const job = await api.job(id);
            take(job);
            if (this.key === key && ["queued", "running"].includes(job.state)) {
                this.stop = api.follow(id, take, (error) => this.told.failed(error));
            }
        } catch (error) {
            if (this.key === key) this.told.failed(error);
        }
    }
}
