// What a search over the library has found, by video.
import { announce } from "../announcer.js";
import * as api from "../api.js";
import { byID, copyOf, make, setAttribute } from "../dom.js";
import { ownCutoff, parted, percent } from "../moments.js";
import { Cutoff } from "../parts/cutoff.js";
import { miniTimeline } from "../parts/mini-timeline.js";
import { clearNotice, showNotice, showProblem } from "../parts/notices.js";
import { scoreSentence, scoreTag } from "../parts/score-words.js";
import { change, link } from "../place.js";
import { clock, counted, range } from "../time.js";
import { requestFilters } from "./filters.js";

/** The found moments, each video with a line that shows where they are. */
export class SearchView {
    constructor() {
        this.element = byID("found");
        this.cutoff = new Cutoff(byID("found-cutoff"), (cutoff) => change({ cutoff }));
    }

    /** Shows what the state asks; asks the server where it has not been asked yet. */
    show(next) {
        this.element.hidden = next.sentence === "";
        if (next.sentence === "") {
            this.hide();
            return;
        }
        this.state = next;
        const question = JSON.stringify([next.sentence, next.model, requestFilters(next)]);
        if (question !== this.question) this.#ask(question);
        else if (this.answer) this.#draw();
    }

    hide() {
        this.stopping?.abort();
        if (!this.answer) this.question = null;
        clearNotice("search");
        clearNotice("waiting");
    }

    /** Moves the focus to the next hit, or the one before. */
    step(by) {
        const hits = [...this.element.querySelectorAll("a.hit")];
        const index = hits.indexOf(document.activeElement);
        hits.at(index < 0 ? (by > 0 ? 0 : -1) : Math.min(hits.length - 1, Math.max(0, index + by)))?.focus();
    }

    async #ask(question) {
        this.question = question;
        this.answer = null;
        this.stopping?.abort();
        const stopping = new AbortController();
        this.stopping = stopping;
        const { sentence, model } = this.state;
        this.element.setAttribute("aria-busy", "true");
        byID("found-told").textContent = "Searching …";
        try {
            const body = { sentence, model: model ?? undefined, threshold: 0, limit: 60, groupBy: "video", filters: requestFilters(this.state) };
            const answer = await api.search(body, {
                signal: stopping.signal,
                waiting: (seconds) => showNotice("waiting", `The server is busy. Asking again in ${counted(seconds, "second")}.`),
            });
            this.answer = answer;
            clearNotice("search");
            this.#draw();
            announce(this.#spoken());
        } catch (error) {
            if (error.name === "AbortError") return;
            this.question = null;
            byID("found-told").textContent = "";
            byID("found-groups").replaceChildren();
            byID("found-none").replaceChildren();
            showProblem("search", error, { retry: () => this.#ask(question) });
        } finally {
            if (this.stopping === stopping) {
                clearNotice("waiting");
                this.element.removeAttribute("aria-busy");
            }
        }
    }

    get #limit() {
        return this.state.cutoff ?? ownCutoff(this.answer.model);
    }

    #draw() {
        const { answer } = this;
        const limit = this.#limit;
        const { above, below } = parted(answer.hits, limit);
        this.cutoff.show(limit, below.length > 0 ? `${below.length} below` : "");
        setAttribute(byID("found-cutoff"), "hidden", answer.hits.length === 0);
        byID("found-told").textContent = above.length > 0 ? scoreSentence(answer.model) : "";
        const groups = (answer.groups ?? []).map((group) => ({ ...group, ...parted(group.moments, limit) }));
        const shown = groups.filter((group) => group.above.length > 0);
        byID("found-groups").replaceChildren(...shown.map((group) => this.#group(group)));
        byID("found-title").textContent = above.length > 0
            ? `${counted(above.length, "moment")} in ${counted(shown.length, "video")}` : "Moments";
        byID("found-none").replaceChildren(...(above.length === 0 ? [this.#nothing(below)] : []));
    }

    #group({ video, above, below }) {
        const item = copyOf("group-template");
        const part = (name) => item.querySelector(name);
        const { sentence } = this.state;
        setAttribute(part(".found-video"), "href", link({ video: video.id, sentence }));
        part(".found-video").textContent = video.name;
        part("img").setAttribute("src", api.thumbnailAddress(video.id, (above[0].start + above[0].end) / 2));
        const tag = scoreTag(this.answer.model);
        part(".found-told").textContent = `${clock(video.duration)} · ${counted(above.length, "moment")}`;
        part(".found-line").append(tag ? make("span", { class: "tag" }, `scores ${tag}`) : "");
        part(".mini").append(miniTimeline(video.duration, [...below.map((moment) => ({ ...moment, faint: true })), ...above]));
        part(".hits").append(...above.map((moment) => {
            const at = { start: moment.start, end: moment.end };
            return make("li", {}, make("a", { class: "hit", href: link({ video: video.id, sentence, at, time: moment.start }) },
                make("span", { class: "hit-range" }, range(moment.start, moment.end)),
                make("span", { class: "percent" }, percent(moment.score))));
        }));
        return item;
    }

    #nothing(below) {
        const best = below[0];
        if (!best) {
            return make("div", { class: "nothing" }, make("h3", {}, "Nothing found"),
                make("p", {}, "No video of the library fits the filters, or the library is empty."));
        }
        return make("div", { class: "nothing" }, make("h3", {}, "No confident moment"),
            make("p", {}, `The best is ${range(best.start, best.end)} in ${best.video.name} with ${percent(best.score)}, below the cut-off of ${percent(this.#limit)}.`),
            make("button", { type: "button", onclick: () => change({ cutoff: Math.floor(best.score * 100) / 100 }) }, "Show it anyway"));
    }

    #spoken() {
        const { above } = parted(this.answer.hits, this.#limit);
        if (above.length === 0) return "No confident moment.";
        const [best] = above;
        return `${counted(above.length, "moment")} found. The best, with ${percent(best.score)}, is in ${best.video.name}.`;
    }
}
