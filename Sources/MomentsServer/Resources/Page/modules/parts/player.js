// Plays the video, or one span of it and then stops.
import { byID } from "../dom.js";
import { clipAddress } from "../api.js";
import { range } from "../time.js";

/** The player. Where the browser can't play the file, spans are played as clips that the server makes. */
export class Player {
    /** Tells what happens: `time(seconds)` while it plays, `rest(seconds)` where it stops or is moved by hand. */
    constructor({ time, rest }) {
        this.element = byID("player");
        this.told = { time, rest };
        this.video = null;
        this.stopAt = null;
        this.offset = 0;
        this.isClip = false;
        this.wanted = null;
        this.frame = 0;
        this.expected = 0;
        this.ownAddress = null;
        const on = (name, action) => this.element.addEventListener(name, action);
        on("loadedmetadata", () => this.#loaded());
        on("error", () => this.#failed());
        on("play", () => this.#watch());
        on("pause", () => {
            this.#tellSpan();
            rest(this.time);
        });
        on("timeupdate", () => {
            this.#stopAtEnd();
            time(this.time);
        });
        on("seeking", () => this.#sought());
        on("seeked", () => {
            time(this.time);
            if (this.element.paused) rest(this.time);
        });
    }

    /** Shows a video of the server's: `id` is its, `at` is where to stand, or null. */
    load({ id, address, at }) {
        this.#show(id, address, at);
    }

    /** Shows a file of the user's. */
    loadFile(file, at) {
        const address = URL.createObjectURL(file);
        this.#show(null, address, at);
        this.ownAddress = address;
    }

    #show(id, address, at) {
        this.#release();
        this.video = id;
        this.#forget();
        this.isClip = false;
        this.offset = 0;
        this.wanted = at;
        this.#problem(null);
        this.element.hidden = false;
        this.element.src = address;
    }

    /** Shows nothing, and says why. */
    unload(reason) {
        this.#release();
        this.video = null;
        this.#forget();
        this.element.removeAttribute("src");
        this.element.load();
        this.element.hidden = true;
        this.#problem(reason);
    }

    /** Where it stands, in seconds of the video. */
    get time() {
        return this.wanted ?? this.offset + this.element.currentTime;
    }

    get isPlaying() {
        return !this.element.paused && !this.element.ended;
    }

    get isUsable() {
        return this.element.hasAttribute("src") && !this.element.error;
    }

    /** Goes to a time. What was to be played of a span is forgotten. */
    seek(seconds) {
        this.#forget();
        this.#move(seconds);
    }

    /** Plays a span and stops at its end. */
    playSpan(start, end) {
        if (!this.element.hasAttribute("src") && this.video === null) return;
        if (this.isClip) {
            this.offset = start;
            this.wanted = null;
            this.element.src = clipAddress(this.video, start, end, "exact");
        }
        this.#forget();
        this.stopAt = { start, end };
        this.#move(start);
        this.#tellSpan();
        this.#play();
    }

    /** Plays on, or pauses. */
    toggle() {
        if (this.isPlaying) this.element.pause();
        else this.#play();
    }

    #play() {
        // Refused until the user has done something on the page, or stopped by a next seek: neither is an error.
        this.element.play().catch(() => {});
        this.#tellSpan();
    }

    #move(seconds) {
        const local = Math.max(0, seconds - this.offset);
        this.expected = local;
        if (this.element.readyState >= HTMLMediaElement.HAVE_METADATA) {
            this.wanted = null;
            this.element.currentTime = local;
        } else {
            this.wanted = seconds;
        }
        this.told.time(this.time);
    }

    #loaded() {
        if (this.wanted !== null && this.wanted !== undefined) {
            const seconds = this.wanted;
            this.wanted = null;
            this.#move(seconds);
        }
    }

    // Frames come more often than the player tells its time, and a span is to end where it ends.
    #watch() {
        cancelAnimationFrame(this.frame);
        const step = () => {
            if (this.element.paused) return;
            this.told.time(this.time);
            this.#stopAtEnd();
            this.frame = requestAnimationFrame(step);
        };
        this.frame = requestAnimationFrame(step);
        this.#tellSpan();
    }

    #stopAtEnd() {
        if (!this.stopAt || this.element.paused || this.element.seeking || this.time < this.stopAt.end) return;
        const { end } = this.stopAt;
        this.element.pause();
        this.#forget();
        this.#move(end);
    }

    // A seek of the user's own, with the player's controls, leaves the span.
    #sought() {
        if (Math.abs(this.element.currentTime - this.expected) > 0.05) this.#forget();
    }

    #forget() {
        this.stopAt = null;
        this.#tellSpan();
    }

    #tellSpan() {
        const shown = byID("player-span");
        shown.hidden = !this.stopAt || !this.isPlaying;
        if (this.stopAt) shown.textContent = `Playing ${range(this.stopAt.start, this.stopAt.end, 1)}`;
    }

    #failed() {
        if (!this.element.hasAttribute("src")) return;
        if (this.isClip || this.video === null) {
            this.#problem("This browser can't play this video.");
            return;
        }
        // The server cuts clips as MP4 from whatever it can read.
        this.isClip = true;
        this.wanted = null;
        this.#problem("This browser can't play the file as a whole. Moments are played as clips.");
        const { stopAt } = this;
        if (stopAt) this.playSpan(stopAt.start, stopAt.end);
    }

    // A file that is no longer shown need not be held.
    #release() {
        if (this.ownAddress) URL.revokeObjectURL(this.ownAddress);
        this.ownAddress = null;
    }

    #problem(text) {
        const shown = byID("player-problem");
        shown.hidden = text === null;
        shown.textContent = text ?? "";
    }
}
