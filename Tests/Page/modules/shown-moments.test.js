import { ShownMoments } from "/modules/shown-moments.js";
import { equal, test } from "./check.js";

const model = { name: "m", calibrated: true, threshold: null };
const answer = (side, spans) => ({
    model, curve: null,
    moments: spans.map(([start, end, score], index) => ({ key: `${side}${index + 1}`, rank: index + 1, start, end, score })),
});
const sides = { a: answer("a", [[10, 14, 0.9], [2, 6, 0.7], [20, 30, 0.2]]), b: answer("b", [[3, 6, 0.8]]) };
const nothingChosen = { cutoff: null, trims: {}, sort: null, moment: null };
const keys = (moments) => moments.map((moment) => moment.key);

test("moments below the cut-off are not listed, and both models' are put in order by rank or by time", () => {
    equal(keys(new ShownMoments(sides, nothingChosen, null, 40).listed), ["a1", "b1", "a2"]);
    equal(keys(new ShownMoments(sides, { ...nothingChosen, sort: "time" }, null, 40).listed), ["a2", "b1", "a1"]);
    equal(keys(new ShownMoments(sides, { ...nothingChosen, cutoff: 0.1 }, null, 40).rows.a.moments), ["a1", "a2", "a3"]);
});
test("the first counts as chosen where nothing was chosen, or what is not shown", () => {
    const chosen = (moment) => new ShownMoments(sides, { ...nothingChosen, moment }, null, 40).chosen.key;
    equal([null, "b1", "a3"].map(chosen), ["a1", "b1", "a1"]);
    equal(new ShownMoments({ a: null, b: null }, nothingChosen, null, 40).chosen, null);
});
test("a trim moves a moment's edges, and the one that is being dragged comes before it", () => {
    const state = { ...nothingChosen, trims: { a1: { start: 11, end: 14 } } };
    const trimmed = new ShownMoments(sides, state, null, 40).moment("a1");
    equal([trimmed.start, trimmed.found.start, trimmed.isTrimmed], [11, 10, true]);
    equal(new ShownMoments(sides, state, { key: "a1", span: { start: 12, end: 14 } }, 40).moment("a1").start, 12);
});
test("two answers are compared, and one alone is not", () => {
    const both = new ShownMoments(sides, nothingChosen, null, 40);
    const alone = new ShownMoments({ ...sides, b: null }, nothingChosen, null, 40);
    equal([both.isCompared, alone.isCompared], [true, false]);
    equal(both.moment("a1").counterpart, "B finds nothing here");
    equal(alone.moment("a1").counterpart, null);
});
