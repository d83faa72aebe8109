// The one time axis that player, thumbnails, curve and spans share.

/** A part of a video's time, from its left edge (0) to its right (1). A value: what changes it makes a new one. */
export class TimeAxis {
    /** Shows `from` to `to` of a video of `duration` seconds; all of it by default. */
    constructor(duration, from = 0, to = duration) {
        this.duration = duration > 0 && Number.isFinite(duration) ? duration : 1;
        const least = Math.min(this.duration, TimeAxis.leastWidth);
        const width = Math.min(this.duration, Math.max(least, to - from || 0));
        this.from = Math.min(Math.max(0, from || 0), this.duration - width);
        this.to = this.from + width;
    }

    /** Seconds that are shown at least, however far it is magnified. */
    static leastWidth = 2;

    get width() {
        return this.to - this.from;
    }

    get isWhole() {
        return this.width >= this.duration - 1e-6;
    }

    /** Where a time lies: 0 is the left edge, 1 the right; beyond them where it is not shown. */
    fraction(seconds) {
        return (seconds - this.from) / this.width;
    }

    /** The time at a place; the nearest that is in the video. */
    seconds(fraction) {
        return Math.min(this.duration, Math.max(0, this.from + fraction * this.width));
    }

    /** Left edge and width of a span, as fractions, cut to what is shown; null where nothing of it is. */
    box(start, end) {
        const left = Math.max(0, this.fraction(start));
        const right = Math.min(1, this.fraction(end));
        return right > left || (start === end && left <= 1 && right >= 0) ? { left, width: right - left } : null;
    }

    /** Magnified by a factor; the time at `around` stays where it is. */
    magnified(factor, around = (this.from + this.to) / 2) {
        const width = Math.max(Math.min(this.width / factor, this.duration), Math.min(TimeAxis.leastWidth, this.duration));
        const place = this.fraction(around);
        return new TimeAxis(this.duration, around - place * width, around - place * width + width);
    }

    /** Moved by some seconds, to the video's ends at most. */
    moved(seconds) {
        return new TimeAxis(this.duration, this.from + seconds, this.to + seconds);
    }

    /** Moved as little as possible so that a time is shown, with some room around it. */
    showing(seconds) {
        const room = this.width * 0.08;
        if (seconds < this.from) return this.moved(seconds - room - this.from);
        if (seconds > this.to) return this.moved(seconds + room - this.to);
        return this;
    }

    /** Itself where it holds a span, else moved to have it in the middle, and wider where the span has no room. */
    holding(start, end) {
        if (this.isWhole || (start >= this.from && end <= this.to)) return this;
        return end - start < this.width ? this.moved((start + end) / 2 - (this.from + this.to) / 2) : this.around(start, end);
    }

    /** A span with as much again on both sides. */
    around(start, end) {
        const room = Math.max(end - start, 2);
        return new TimeAxis(this.duration, start - room, end + room);
    }

    /** Times for labels: round ones, at least `spacing` pixels apart on an axis of `pixels`. */
    ticks(pixels, spacing = 64) {
        const wanted = (this.width * spacing) / Math.max(pixels, 1);
        const step = steps.find((each) => each >= wanted) ?? Math.ceil(wanted / 3600) * 3600;
        const ticks = [];
        // Counted, not added up: sums of tenths drift.
        for (let index = Math.ceil(this.from / step - 1e-9); index * step <= this.to + 1e-9; index += 1) {
            ticks.push(index * step);
        }
        return { step, ticks };
    }
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * Puts spans that overlap into lanes of their own, so that none covers another.
 *
 * The first of them get the first lanes. Spans closer than `gap` seconds count as overlapping.
 * Returns a lane's number for each span, and how many lanes there are.
 */
export function lanes(spans, gap = 0) {
    const taken = [];
    const numbers = spans.map((span) => {
        const free = taken.findIndex((lane) =>
            lane.every((other) => span.end + gap <= other.start || span.start >= other.end + gap));
        const lane = free < 0 ? taken.length : free;
        (taken[lane] ??= []).push(span);
        return lane;
    });
    return { numbers, count: taken.length };
}
