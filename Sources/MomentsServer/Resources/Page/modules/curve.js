// From a model's values for clips to the line that is drawn.

/**
 * The points of a curve on what an axis shows: `[fraction of the axis, value]`, in order.
 *
 * A value stands in the middle of its clip, level up to the ends of the first and the last. Where clips are narrower
 * than a point's share of `most`, the greatest of several stands for them, so that no peak is lost. `duration` ends the
 * last clip. Values that are no numbers leave the curve; `null` marks such a gap.
 */
export function curvePoints(values, clipLength, axis, { duration = Infinity, most = 1000 } = {}) {
    const first = Math.max(0, Math.floor(axis.from / clipLength) - 1);
    const last = Math.min(values.length - 1, Math.ceil(axis.to / clipLength) + 1);
    if (last < first) return [];
    const stride = Math.max(1, Math.ceil((last - first + 1) / most));
    const points = [];
    const put = (seconds, value) => {
        if (!Number.isFinite(value)) {
            if (points.length > 0 && points.at(-1) !== null) points.push(null);
            return;
        }
        points.push([axis.fraction(Math.min(seconds, duration)), value]);
    };
    if (first === 0) put(0, values[0]);
    for (let clip = first; clip <= last; clip += stride) {
        const part = values.slice(clip, Math.min(clip + stride, last + 1));
        const finite = part.filter(Number.isFinite);
        put((clip + part.length / 2) * clipLength, finite.length > 0 ? Math.max(...finite) : NaN);
    }
    if (last === values.length - 1) put(values.length * clipLength, values.at(-1));
    return points;
}

/** Values between their own least (0) and greatest (1), for scores that are an order and no scale. */
export function ownScale(values) {
    const finite = values.filter(Number.isFinite);
    const least = Math.min(...finite);
    const most = Math.max(...finite);
    return values.map((value) => (most > least ? (value - least) / (most - least) : 0.5));
}

/** The value of the clip at a time; null where there is none. */
export function valueAt(values, clipLength, seconds) {
    const value = values[Math.floor(seconds / clipLength)];
    return Number.isFinite(value) ? value : null;
}
