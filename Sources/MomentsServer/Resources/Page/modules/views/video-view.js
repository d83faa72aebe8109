// One video with a sentence: player, timeline and moments.
import { announce } from "../announcer.js";
import { Answers } from "../answers.js";
import * as api from "../api.js";
import { TimeAxis } from "../axis.js";
import { byID } from "../dom.js";
import { counterpart, movedEdge, percent } from "../moments.js";
import { hint, noMoments, rowName, showLegend } from "../parts/answer-words.js";
import { Cutoff } from "../parts/cutoff.js";
import { ExportDialog } from "../parts/export-dialog.js";
import { MomentList } from "../parts/moment-list.js";
import { clearNotice, showNotice, showProblem } from "../parts/notices.js";
import { Player } from "../parts/player.js";
import { scoreSentence } from "../parts/score-words.js";
import { spokenMoment } from "../parts/span-row.js";
import { Timeline } from "../parts/timeline.js";
import { jobSentence } from "../parts/uploads.js";
import { change, state } from "../place.js";
import { inOrder, shownRows } from "../shown-moments.js";
import { clock, counted } from "../time.js";
import { Subject } from "./subject.js";

// A video that is being indexed is asked about again no more often than this, in milliseconds.
const pauseBetweenAnswers = 1200;

/** The part of the page for one video. `files` are the files of this visit by their job; `context` has models and limits. */
export class VideoView {
    constructor({ files, context }) {
        this.files = files;
        this.context = context;
        this.element = byID("video");
        this.draft = null;
        this.player = new Player({
            time: (seconds) => this.#timePassed(seconds),
            rest: (seconds) => this.#isShown && change({ time: seconds < 0.05 ? null : Math.round(seconds * 100) / 100 }),
        });
        const told = {
            seek: (seconds) => this.player.seek(seconds),
            choose: (key) => this.choose(key),
            play: (key) => this.play(key),
            trim: (key, edge, seconds, isLast) => this.#trim(key, edge, seconds, isLast),
            undo: (key) => this.undo(key),
            axis: (axis) => change(axis.isWhole ? { from: null, to: null } : { from: axis.from, to: axis.to }),
        };
        this.timeline = new Timeline(told);
        this.list = new MomentList(told);
        this.cutoff = new Cutoff(byID("answers-cutoff"), (cutoff) => change({ cutoff }));
        this.exports = new ExportDialog(() => this.#exported());
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
        byID("sort").addEventListener("click", () => change({ sort: state.sort === "time" ? null : "time" }));
        byID("indexing-cancel").addEventListener("click", () => {
            this.subject.cancel().catch((error) => showProblem("video", error));
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
        const moment = this.#moment(key);
        if (!moment) return;
        if (seek) {
            if (this.player.isPlaying) this.player.playSpan(moment.start, moment.end);
            else this.player.seek(moment.start);
        }
        this.#bringIntoAxis(moment);
        change({ moment: key, at: null });
        this.list.reveal(key);
        this.timeline.moveFocus(key);
        announce(spokenMoment(moment));
    }

    /** Chooses a moment and plays it, to its end and no further. */
    play(key) {
        const moment = this.#moment(key ?? this.chosenKey);
        if (!moment) return;
        this.choose(moment.key, { seek: false });
        this.player.playSpan(moment.start, moment.end);
    }

    /** Chooses the next moment of the list, or the one before. */
    step(by) {
        const { listed } = this;
        if (listed.length === 0) return;
        const index = listed.findIndex((moment) => moment.key === this.chosenKey);
        // What is chosen without having been touched counts as not chosen yet.
        const isFirst = state.moment === null && by > 0;
        const next = listed[isFirst ? 0 : Math.min(listed.length - 1, Math.max(0, index + by))];
        this.choose(next.key);
    }

    /** Puts an edge of the chosen moment where the player stands. */
    trimHere(edge) {
        if (this.chosenKey) this.#trim(this.chosenKey, edge, this.player.time, true, { stay: true });
    }

    /** Gives a moment its own edges back. */
    undo(key = this.chosenKey) {
        if (!key || !(key in state.trims)) return;
        const { [key]: undone, ...trims } = state.trims;
        change({ trims });
        announce(spokenMoment(this.#moment(key)));
    }

    #trim(key, edge, seconds, isLast, { stay = false } = {}) {
        const moment = this.#moment(key);
        if (!moment) return;
        const span = movedEdge(moment, edge, seconds, this.subject.duration);
        this.draft = isLast ? null : { key, span };
        if (!stay) this.player.seek(span[edge]);
        if (!isLast) {
            this.#draw();
            return;
        }
        const isAsFound = Math.abs(span.start - moment.found.start) < 0.001 && Math.abs(span.end - moment.found.end) < 0.001;
        const { [key]: old, ...trims } = state.trims;
        change({ moment: key, trims: isAsFound ? trims : { ...trims, [key]: span } });
        this.#draw();
        announce(`${edge === "start" ? "Starts" : "Ends"} at ${clock(span[edge], 1)}`);
    }

    // MARK: What comes from the server

    #reset() {
        this.answers.forget();
        this.draft = null;
        this.askedAt = 0;
        this.isTold = false;
        // The job's picture stays until the finished video takes its place.
        if (!this.continues) this.player.unload(null);
        byID("video-title").textContent = "";
        byID("video-told").textContent = "";
        byID("indexing").hidden = true;
        clearNotice("video");
        clearNotice("answers");
        this.#draw();
    }

    #subjectChanged() {
        const { video, job } = this.subject;
        if (!this.isTold) this.#firstLook(video, job);
        this.#showProgress(job);
        this.#ask();
        this.#draw();
    }

    #firstLook(video, job) {
        this.isTold = true;
        byID("video-title").textContent = this.subject.name;
        const at = this.continues?.time ?? state.time;
        this.continues = null;
        if (video) {
            const { media } = video;
            byID("video-told").textContent = [clock(video.duration), media && `${media.width} × ${media.height}`,
                media?.frameRate && `${Number(media.frameRate.toFixed(2))} pictures a second`].filter(Boolean).join(" · ");
            if (video.isGone || !media) this.player.unload("The file is no longer there. Its moments can still be found.");
            else this.player.load({ id: video.id, address: api.fileAddress(video.id), at });
        } else {
            byID("video-told").textContent = "";
            const file = this.files.get(job.id);
            if (file) this.player.loadFile(file, at);
            else this.player.unload("It can be played once it is indexed.");
        }
    }

    #showProgress(job) {
        byID("indexing").hidden = job === null;
        if (job === null) return;
        byID("indexing-told").textContent = jobSentence(job);
        const bar = byID("indexing-bar");
        if (job.progress.fraction === null || job.state === "queued") bar.removeAttribute("value");
        else bar.value = job.progress.fraction;
        const quarter = Math.floor((job.progress.fraction ?? 0) * 4);
        if (quarter > 0 && quarter !== this.quarter) announce(`Indexing: ${quarter * 25} percent.`);
        this.quarter = quarter;
    }

    #finished(video) {
        this.continues = { time: this.player.time };
        announce("The video is indexed.");
        change({ job: null, video });
    }

    #failedToOpen(error) {
        byID("indexing").hidden = true;
        byID("video-title").textContent ||= this.subject.name || "Not found";
        showProblem("video", error);
    }

    #ask() {
        if (!this.subject.isAskable) return;
        const { job } = this.subject;
        const model = state.model ?? this.context.model;
        const question = { subject: this.subject.question, sentence: state.sentence, model, other: state.other };
        if (job && this.answers.sides.a) {
            // The curve grows: ask again where there is more, the last answer is in, and some time has passed.
            const isMore = job.progress.askable > this.answers.sides.a.duration + 0.01;
            const pause = this.askedAt + pauseBetweenAnswers - performance.now();
            const again = isMore && !this.answers.isBusy && pause <= 0;
            if (again) this.askedAt = performance.now();
            this.answers.ask({ ...question, again });
            clearTimeout(this.askingLater);
            if (isMore && !again && !this.answers.isBusy) this.askingLater = setTimeout(() => this.#isShown && this.#ask(), pause);
        } else {
            this.askedAt = performance.now();
            this.answers.ask(question);
        }
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
            const chosen = this.#moment(this.chosenKey);
            if (chosen && state.time === null && !this.player.isPlaying && !a?.isPartial) this.player.seek(chosen.start);
            if (a?.isPartial) this.#ask();
            else announce(this.#spokenAnswer());
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
        this.timeline.setTime(seconds);
        if (!this.player.isPlaying || state.from === null) return;
        const moved = this.#axis.showing(seconds);
        if (moved.from !== state.from) change({ from: moved.from, to: moved.to });
    }

    // MARK: What is shown

    get #axis() {
        return new TimeAxis(this.subject.duration, state.from ?? 0, state.to ?? this.subject.duration);
    }

    /** The chosen moment's name; the best where none was chosen. */
    get chosenKey() {
        if (this.#moment(state.moment)) return state.moment;
        return this.listed[0]?.key ?? null;
    }

    /** The moments at or above the cut-off, in the order of the list. */
    get listed() {
        return inOrder(this.#rows, state.sort);
    }

    #moment(key) {
        if (!key) return null;
        return this.#rows[key[0]]?.moments.find((moment) => moment.key === key) ?? null;
    }

    get #rows() {
        const { cutoff, trims } = state;
        return shownRows(this.answers.sides, { cutoff, trims, draft: this.draft, duration: this.subject.duration });
    }

    #draw() {
        if (!this.#isShown) return;
        const rows = this.#rows;
        const { listed, chosenKey } = this;
        const { video, job } = this.subject;
        const playable = video && !video.isGone && video.media ? video.id : null;
        const isCompared = rows.a !== null && rows.b !== null;
        this.element.classList.toggle("compared", state.other !== null);
        document.title = [state.sentence && `“${state.sentence}”`, this.subject.name, "Moments"].filter(Boolean).join(" · ");
        this.timeline.show({
            axis: this.#axis, video: playable, chosen: chosenKey,
            indexed: job ? Math.max(job.progress.askable, 0) : null,
            rows: {
                a: rows.a && { ...rows.a, name: rowName(rows.a, isCompared ? "A" : null) },
                b: rows.b && { ...rows.b, name: rowName(rows.b, "B") },
            },
        });
        this.list.show({ moments: listed, chosen: chosenKey, video: playable, isCompared });
        this.#drawHeading(rows, listed);
        showLegend(rows);
        byID("answers-none").replaceChildren(...this.#nothing(rows));
        byID("answers-meaning").textContent = [rows.a, rows.b].filter((row) => row?.moments.length > 0)
            .map((row) => scoreSentence(row.answer.model)).join(" ");
        byID("export").disabled = !rows.a;
    }

    #drawHeading(rows, listed) {
        const isSoFar = rows.a?.answer.isPartial ? " so far" : "";
        byID("answers-title").textContent = listed.length > 0 ? counted(listed.length, "moment") + isSoFar : "Moments";
        byID("answers-title").parentElement.parentElement.toggleAttribute("aria-busy", this.answers.isBusy);
        const sort = byID("sort");
        sort.hidden = listed.length < 2;
        sort.textContent = state.sort === "time" ? "by time" : "by score";
        sort.setAttribute("aria-label", `Ordered ${sort.textContent}; change the order`);
        byID("answers-cutoff").hidden = !rows.a || (rows.a.answer.moments.length === 0 && !rows.b?.answer.moments.length);
        if (!rows.a) return;
        const below = rows.a.below.length + (rows.b?.below.length ?? 0);
        const differs = rows.b !== null && Math.abs(rows.b.cutoff - rows.a.cutoff) > 0.004;
        const told = [below > 0 ? `${below} below` : "", differs ? `B: ${percent(rows.b.cutoff)}` : ""].filter(Boolean).join(" · ");
        this.cutoff.show(rows.a.cutoff, told);
    }

    #nothing(rows) {
        if (state.sentence === "") return [hint("Write a sentence above. The moments that it describes are shown here and on the timeline.")];
        if (this.subject.key && !this.subject.isAskable) return this.subject.job ? [hint("The answer comes with the first seconds that are indexed.")] : [];
        if (!rows.a && this.answers.isBusy) return [hint("Looking …")];
        return noMoments(rows, (cutoff) => change({ cutoff }));
    }

    #spokenAnswer() {
        const { listed } = this;
        if (!this.answers.sides.a) return "";
        if (listed.length === 0) return "No confident moment.";
        return `${counted(listed.length, "moment")} found. Best: ${spokenMoment(listed[0])}`;
    }

    #bringIntoAxis(moment) {
        const axis = this.#axis;
        if (axis.isWhole || (moment.start >= axis.from && moment.end <= axis.to)) return;
        const middle = (moment.start + moment.end) / 2;
        const moved = moment.end - moment.start < axis.width ? axis.moved(middle - (axis.from + axis.to) / 2) : axis.around(moment.start, moment.end);
        change({ from: moved.from, to: moved.to });
    }

    #exported() {
        const rows = this.#rows;
        if (!rows.a) return null;
        const chosen = this.#moment(this.chosenKey);
        const plain = (moment, row) => ({ ...moment, model: row.answer.model.name, calibrated: row.answer.model.calibrated, trimmed: moment.isTrimmed });
        const shown = [rows.a, rows.b].filter((row) => row !== null);
        return {
            chosen, sentence: state.sentence, videoID: this.subject.video?.id ?? null, videoName: this.subject.name,
            duration: this.subject.duration, frameRate: this.subject.video?.media?.frameRate ?? null, clipLimit: this.context.clipLimit,
            moments: shown.flatMap((row) => row.moments.map((moment) => plain(moment, row))),
            answers: shown.map((row) => ({
                model: row.answer.model.name, calibrated: row.answer.model.calibrated, cutoff: row.cutoff,
                clipLength: row.answer.clipLength, curve: row.curve?.isOwnScale ? null : row.curve?.values ?? null,
                moments: row.moments.map((moment) => plain(moment, row)),
            })),
        };
    }
}
