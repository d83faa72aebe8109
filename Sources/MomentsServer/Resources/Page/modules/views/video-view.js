// One video with a sentence: player, timeline and moments.
import { announce } from "../announcer.js";
import { Answers } from "../answers.js";
import * as api from "../api.js";
import { TimeAxis } from "../axis.js";
import { byID } from "../dom.js";
import { exported } from "../exports/exported.js";
import { counterpart, movedEdge, withoutTrim, withTrim } from "../moments.js";
import { spokenAnswer } from "../parts/answer-words.js";
import { ExportDialog } from "../parts/export-dialog.js";
import { IndexingBar } from "../parts/indexing-bar.js";
import { MomentsDisplay } from "../parts/moments-display.js";
import { clearNotice, showNotice, showProblem } from "../parts/notices.js";
import { Player } from "../parts/player.js";
import { RemovingDialog } from "../parts/removing-dialog.js";
import { spokenMoment } from "../parts/span-row.js";
import { videoSentence } from "../parts/video-words.js";
import { change, state } from "../place.js";
import { ShownMoments } from "../shown-moments.js";
import { clock, counted } from "../time.js";
import { Subject } from "./subject.js";

/**
 * The part of the page for one video. `files` are the files of this visit by their job; `context` has models and limits;
 * `removed` is called when the video was taken out of the library.
 */
export class VideoView {
    constructor({ files, context, removed }) {
        this.files = files;
        this.context = context;
        this.element = byID("video");
        this.draft = null;
        this.player = new Player({
            time: (seconds) => this.#timePassed(seconds),
            rest: (seconds) => this.#isShown && change({ time: seconds < 0.05 ? null : Math.round(seconds * 100) / 100 }),
        });
        this.display = new MomentsDisplay({
            seek: (seconds) => this.player.seek(seconds),
            choose: (key) => this.choose(key),
            play: (key) => this.play(key),
            trim: (key, edge, seconds, isLast) => this.#trim(key, edge, seconds, isLast),
            undo: (key) => this.undo(key),
            axis: (axis) => change(axis.isWhole ? { from: null, to: null } : { from: axis.from, to: axis.to }),
            cutoff: (cutoff) => change({ cutoff }),
            sort: () => change({ sort: state.sort === "time" ? null : "time" }),
        });
        this.indexing = new IndexingBar(() => this.subject.cancel().catch((error) => showProblem("video", error)));
        this.removing = new RemovingDialog((video) => this.subject.video?.id === video.id && removed());
        this.exports = new ExportDialog(() => {
            const { rows, chosen } = this.#shown;
            return exported(rows, chosen, this.subject, { sentence: state.sentence, clipLimit: context.clipLimit });
        });
        this.answers = new Answers({
            changed: (side) => this.#answered(side),
            failed: (error) => this.#failedToAnswer(error),
            waiting: (seconds) => showNotice("waiting", `The server is busy. Asking again in ${counted(seconds, "second")}.`),
        });
        this.subject = new Subject({
            changed: () => this.#subjectChanged(),
            finished: (video) => this.#finished(video),
            failed: (error) => this.#failedToOpen(error),
        });
    }

    /** Shows what the state says. */
    show(next, before, isNavigation) {
        this.element.hidden = false;
        if (this.subject.open(next)) {
            this.#reset();
            return;
        }
        if (isNavigation && next.time !== null && Math.abs(next.time - this.player.time) > 0.05) this.player.seek(next.time);
        this.#ask();
        this.#draw();
    }

    hide() {
        if (this.element.hidden) return;
        this.element.hidden = true;
        this.subject.close();
        this.answers.forget();
        this.player.unload(null);
        for (const kind of ["video", "answers", "waiting"]) clearNotice(kind);
    }

    get #isShown() {
        return !this.element.hidden && this.subject.key !== null;
    }

    // MARK: What the user does

    /** Chooses a moment and shows its first picture. */
    choose(key, { seek = true } = {}) {
        const moment = this.#shown.moment(key);
        if (!moment) return;
        if (seek) {
            if (this.player.isPlaying) this.player.playSpan(moment.start, moment.end);
            else this.player.seek(moment.start);
        }
        this.#bringIntoAxis(moment);
        change({ moment: key, at: null });
        this.display.reveal(key);
        announce(spokenMoment(moment));
    }

    /** Chooses a moment and plays it, to its end and no further. */
    play(key) {
        const shown = this.#shown;
        const moment = key ? shown.moment(key) : shown.chosen;
        if (!moment) return;
        this.choose(moment.key, { seek: false });
        this.player.playSpan(moment.start, moment.end);
    }

    /** Chooses the next moment of the list, or the one before. */
    step(by) {
        const { listed, chosen } = this.#shown;
        if (listed.length === 0) return;
        const index = listed.indexOf(chosen);
        // What is chosen without having been touched counts as not chosen yet.
        const isFirst = state.moment === null && by > 0;
        const next = listed[isFirst ? 0 : Math.min(listed.length - 1, Math.max(0, index + by))];
        this.choose(next.key);
    }

    /** Puts an edge of the chosen moment where the player stands. */
    trimHere(edge) {
        const { chosen } = this.#shown;
        if (chosen) this.#trim(chosen.key, edge, this.player.time, true, { stay: true });
    }

    /** Gives a moment its own edges back. */
    undo(key = this.#shown.chosen?.key) {
        if (!key || !(key in state.trims)) return;
        change({ trims: withoutTrim(state.trims, key) });
        announce(spokenMoment(this.#shown.moment(key)));
    }

    #trim(key, edge, seconds, isLast, { stay = false } = {}) {
        const moment = this.#shown.moment(key);
        if (!moment) return;
        const span = movedEdge(moment, edge, seconds, this.subject.duration);
        this.draft = isLast ? null : { key, span };
        if (!stay) this.player.seek(span[edge]);
        if (!isLast) {
            this.#draw();
            return;
        }
        change({ moment: key, trims: withTrim(state.trims, key, span, moment.found) });
        this.#draw();
        announce(`${edge === "start" ? "Starts" : "Ends"} at ${clock(span[edge], 1)}`);
    }

    // MARK: What comes from the server

    #reset() {
        this.answers.forget();
        this.draft = null;
        this.isTold = false;
        // The job's picture stays until the finished video takes its place.
        if (!this.continues) this.player.unload(null);
        byID("video-title").textContent = "";
        byID("video-told").textContent = "";
        this.removing.show(null);
        this.indexing.show(null);
        clearNotice("video");
        clearNotice("answers");
        this.#draw();
    }

    #subjectChanged() {
        const { video, job } = this.subject;
        if (!this.isTold) this.#firstLook(video, job);
        this.indexing.show(job);
        this.#ask();
        this.#draw();
    }

    #firstLook(video, job) {
        this.isTold = true;
        byID("video-title").textContent = this.subject.name;
        this.removing.show(video);
        const at = this.continues?.time ?? state.time;
        this.continues = null;
        if (video) {
            byID("video-told").textContent = videoSentence(video);
            if (this.subject.playable) this.player.load({ id: video.id, address: api.fileAddress(video.id), at });
            else this.player.unload("The file is no longer there. Its moments can still be found.");
        } else {
            byID("video-told").textContent = "";
            const file = this.files.get(job.id);
            if (file) this.player.loadFile(file, at);
            else this.player.unload("It can be played once it is indexed.");
        }
    }

    #finished(video) {
        this.continues = { time: this.player.time };
        announce("The video is indexed.");
        change({ job: null, video });
    }

    #failedToOpen(error) {
        this.indexing.show(null);
        byID("video-title").textContent ||= this.subject.name || "Not found";
        showProblem("video", error);
    }

    #ask() {
        if (!this.subject.isAskable) return;
        const model = state.model ?? this.context.model;
        const question = { subject: this.subject.question, sentence: state.sentence, model, other: state.other };
        this.answers.askGrowing(question, this.subject.job?.progress.askable ?? null, () => this.#isShown && this.#ask());
    }

    #answered(side) {
        if (side !== null) clearNotice("waiting");
        const { a } = this.answers.sides;
        if (side !== null && !this.answers.isBusy) {
            if (state.at !== null && a && !a.isPartial) {
                const match = counterpart(state.at, a.moments);
                change({ at: null, moment: match?.moment.key ?? null });
            }
            this.#draw();
            const { chosen, listed } = this.#shown;
            if (chosen && state.time === null && !this.player.isPlaying && !a?.isPartial) this.player.seek(chosen.start);
            if (a?.isPartial) this.#ask();
            else if (a) announce(spokenAnswer(listed));
            return;
        }
        this.#draw();
    }

    #failedToAnswer(error) {
        // While the first seconds are not there yet, this is no problem: the next progress asks again.
        if (error.code === "not_ready") return;
        showProblem("answers", error, { retry: () => this.#ask() });
        this.#draw();
    }

    #timePassed(seconds) {
        this.display.timeline.setTime(seconds);
        if (!this.player.isPlaying || state.from === null) return;
        const moved = this.#axis.showing(seconds);
        if (moved.from !== state.from) change({ from: moved.from, to: moved.to });
    }

    // MARK: What is shown

    get #axis() {
        return new TimeAxis(this.subject.duration, state.from ?? 0, state.to ?? this.subject.duration);
    }

    get #shown() {
        return new ShownMoments(this.answers.sides, state, this.draft, this.subject.duration);
    }

    #draw() {
        if (!this.#isShown) return;
        const { sentence, sort } = state;
        this.element.classList.toggle("compared", state.other !== null);
        document.title = [sentence && `“${sentence}”`, this.subject.name, "Moments"].filter(Boolean).join(" · ");
        this.display.show(this.#shown, { subject: this.subject, axis: this.#axis, sentence, isBusy: this.answers.isBusy, sort });
    }

    #bringIntoAxis(moment) {
        const axis = this.#axis;
        const moved = axis.holding(moment.start, moment.end);
        if (moved !== axis) change({ from: moved.from, to: moved.to });
    }
}
