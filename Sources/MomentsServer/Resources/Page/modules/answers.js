// Asks one or two models for a sentence, and keeps what they answered.
import * as api from "./api.js";
import { ownScale } from "./curve.js";

/** How many moments a model is asked for; the cut-off is applied here, so that its slider needs no server. */
const limit = 20;

/** A video that is being indexed is asked about again no more often than this, in milliseconds. */
const pauseBetweenAnswers = 1200;

/** The answers of model `a` and, where two are compared, `b`. Tells `changed(side)`, `failed(error)`, `waiting(seconds)`. */
export class Answers {
    constructor(told) {
        this.told = told;
        this.forget();
    }

    /** Drops everything. */
    forget() {
        this.stopping?.abort();
        clearTimeout(this.asksLater);
        this.askedAt = 0;
        this.sides = { a: null, b: null };
        this.questions = { a: null, b: null };
        this.busy = new Set();
    }

    /** Whether an answer is awaited. */
    get isBusy() {
        return this.busy.size > 0;
    }

    /**
     * Asks what has not been asked yet; with `again`, also what has.
     *
     * `subject` is `{video}` or `{job}`; `other` may be null.
     */
    ask({ subject, sentence, model, other, again = false }) {
        const wanted = { a: sentence ? model : null, b: sentence ? other : null };
        const questions = {};
        for (const side of ["a", "b"]) {
            questions[side] = wanted[side] === null ? null : JSON.stringify([subject, sentence, wanted[side]]);
        }
        const isNew = (side) => questions[side] !== this.questions[side];
        if (!again && !isNew("a") && !isNew("b")) return;
        this.stopping?.abort();
        this.stopping = new AbortController();
        const { signal } = this.stopping;
        for (const side of ["a", "b"]) {
            const wasBusy = this.busy.delete(side);
            // The first model's answer stays where only the second is another.
            const isKnown = !isNew(side) && !wasBusy && this.sides[side] !== null;
            if (isNew(side)) this.sides[side] = null;
            this.questions[side] = questions[side];
            if (questions[side] === null || (isKnown && !again)) continue;
            this.busy.add(side);
            this.#askOne(side, { ...subject, sentences: [sentence], model: wanted[side], threshold: 0, limit }, signal);
        }
        this.told.changed(null);
    }

    /**
     * Asks; again and again while there is more to ask about.
     *
     * `askable` are the seconds of a video that is being indexed, null for one that is whole. `later` is called when it is
     * time to ask again: where there is more, the last answer is in, and some time has passed.
     */
    askGrowing(question, askable, later) {
        clearTimeout(this.asksLater);
        const isMore = askable !== null && this.sides.a !== null && askable > this.sides.a.duration + 0.01;
        const pause = this.askedAt + pauseBetweenAnswers - performance.now();
        const again = isMore && !this.isBusy && pause <= 0;
        if (isMore && !again && !this.isBusy) this.asksLater = setTimeout(later, pause);
        if (again || askable === null || this.sides.a === null) this.askedAt = performance.now();
        this.ask({ ...question, again });
    }

    async #askOne(side, body, signal) {
        try {
            const found = await api.find(body, { signal, waiting: (seconds) => this.told.waiting(seconds) });
            this.sides[side] = read(found, side);
            this.busy.delete(side);
            this.told.changed(side);
        } catch (error) {
            if (error.name === "AbortError") return;
            this.busy.delete(side);
            this.questions[side] = null;
            this.told.failed(error);
        }
    }
}

function read(found, side) {
    const [answer] = found.answers;
    const { relevance, saliency, clipLength } = answer.curve;
    const values = relevance ?? (saliency.length > 0 ? ownScale(saliency) : []);
    return {
        model: found.model,
        isPartial: found.isPartial,
        duration: found.duration,
        clipLength,
        curve: values.length > 0 ? { values, clipLength, isOwnScale: relevance === null } : null,
        moments: answer.moments.map((moment, index) => ({ ...moment, rank: index + 1, key: `${side}${index + 1}` })),
    };
}
