// What is done with moments: cut off by score, trimmed, compared.

/** A span as the user has trimmed it: within the video, and never empty. */
export function trimmed(moment, trim, duration) {
    if (!trim) return { start: moment.start, end: moment.end };
    const end = Math.min(Math.max(trim.end, leastLength), duration);
    const start = Math.max(0, Math.min(trim.start, end - leastLength));
    return { start, end };
}

/** What a trimmed moment lasts at least, in seconds. */
export const leastLength = 0.1;

/** A trim with its start (or end) moved to a time. It pushes no other end: the moment stays at least as long as it must. */
export function movedEdge(span, edge, seconds, duration) {
    if (edge === "start") {
        return { start: rounded(Math.min(Math.max(0, seconds), span.end - leastLength)), end: span.end };
    }
    return { start: span.start, end: rounded(Math.max(Math.min(duration, seconds), span.start + leastLength)) };
}

/** Intersection over union of two spans: 1 where they are the same, 0 where they do not touch. */
export function overlap(one, other) {
    const shared = Math.min(one.end, other.end) - Math.max(one.start, other.start);
    if (shared <= 0) return 0;
    return shared / (Math.max(one.end, other.end) - Math.min(one.start, other.start));
}

/** The moment among others that overlaps most, with how much; null where none does. */
export function counterpart(moment, others) {
    let best = null;
    for (const other of others) {
        const share = overlap(moment, other);
        if (share > (best?.share ?? 0)) best = { moment: other, share };
    }
    return best;
}

/** Moments at or above a cut-off, and those below. */
export function parted(moments, cutoff) {
    return {
        above: moments.filter((moment) => moment.score >= cutoff - 1e-9),
        below: moments.filter((moment) => moment.score < cutoff - 1e-9),
    };
}

/**
 * The score from which a model's moments count where nobody has said: the server's; else one half for probabilities, as
 * such a moment is rather right than wrong; else any.
 */
export function ownCutoff(model) {
    return model.threshold ?? (model.calibrated ? 0.5 : 0);
}

/** `54 %`; whole percents, and never 0 or 100 where it is neither. */
export function percent(score) {
    const value = Math.min(1, Math.max(0, Number.isFinite(score) ? score : 0)) * 100;
    if (value > 0 && value < 1) return "< 1 %";
    if (value > 99 && value < 100) return "> 99 %";
    return `${Math.round(value)} %`;
}

function rounded(seconds) {
    return Math.round(seconds * 1000) / 1000;
}

/** Trimmed spans with one more; without it where it is the span that was found. */
export function withTrim(trims, key, span, found) {
    const isAsFound = Math.abs(span.start - found.start) < 0.001 && Math.abs(span.end - found.end) < 0.001;
    return isAsFound ? withoutTrim(trims, key) : { ...withoutTrim(trims, key), [key]: span };
}

/** Trimmed spans without one. */
export function withoutTrim(trims, key) {
    const { [key]: dropped, ...others } = trims;
    return others;
}
