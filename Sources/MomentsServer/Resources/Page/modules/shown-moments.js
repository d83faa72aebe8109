// From what the models answered to what is shown: cut off, trimmed, compared, put in order.
import { counterpart, ownCutoff, parted, percent, trimmed } from "./moments.js";
import { scoreTag } from "./parts/score-words.js";

/** The moments that are shown of the answers of one or two models, and the one that is chosen. */
export class ShownMoments {
    /**
     * `sides` are the answers, null where there is none. Of the state, `cutoff` is the user's, or null, and `trims` are those
     * of the address; `draft` is the one that is being dragged.
     */
    constructor(sides, { cutoff, trims, sort, moment }, draft, duration) {
        /** A row for each side, null where there is no answer: its `moments` at or above the `cutoff`, those `below`, and its `curve`. */
        this.rows = shownRows(sides, { cutoff, trims, draft, duration });
        /** All moments, in the order of the list. */
        this.listed = inOrder(this.rows, sort);
        /** The first where none was chosen; null where there is none. */
        this.chosen = this.moment(moment) ?? this.listed[0] ?? null;
    }

    /** The moment of a name; null where it is not shown. */
    moment(key) {
        return this.listed.find((moment) => moment.key === key) ?? null;
    }

    /** Whether there are two models' answers. */
    get isCompared() {
        return this.rows.a !== null && this.rows.b !== null;
    }
}

function shownRows(sides, { cutoff, trims, draft, duration }) {
    const row = (side, other) => {
        const answer = sides[side];
        if (!answer) return null;
        const least = cutoff ?? ownCutoff(answer.model);
        const { above, below } = parted(answer.moments, least);
        const moments = above.map((moment) => {
            const trim = draft?.key === moment.key ? draft.span : trims[moment.key];
            return {
                ...moment,
                ...trimmed(moment, trim, duration),
                found: { start: moment.start, end: moment.end },
                isTrimmed: Boolean(trim),
                tag: scoreTag(answer.model),
                counterpart: sides[other] ? compared(moment, sides[other], other.toUpperCase()) : null,
            };
        });
        return { answer, cutoff: least, curve: answer.curve, below, moments };
    };
    return { a: row("a", "b"), b: row("b", "a") };
}

/** All moments of the rows, by time or else by rank: scores of two models are no common scale, but ranks are. */
function inOrder(rows, sort) {
    const all = [...(rows.a?.moments ?? []), ...(rows.b?.moments ?? [])];
    if (sort === "time") return all.sort((one, other) => one.start - other.start);
    return all.sort((one, other) => one.rank - other.rank || (one.key < other.key ? -1 : 1));
}

function compared(moment, other, name) {
    const match = counterpart(moment, other.moments);
    if (!match) return `${name} finds nothing here`;
    return `${name}${match.moment.rank} overlaps by ${percent(match.share)} (IoU)`;
}
