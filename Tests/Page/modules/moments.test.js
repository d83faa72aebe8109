import { counterpart, movedEdge, overlap, ownCutoff, parted, percent, trimmed, withoutTrim, withTrim } from "/modules/moments.js";
import { equal, near, test } from "./check.js";

test("what is not trimmed stays as it was found", () => equal(trimmed({ start: 1, end: 5, score: 0.5 }, undefined, 10), { start: 1, end: 5 }));
test("a trim stays in the video and is never empty", () => {
    equal(trimmed({ start: 1, end: 5 }, { start: 2, end: 50 }, 10), { start: 2, end: 10 });
    equal(trimmed({ start: 1, end: 5 }, { start: 20, end: 50 }, 10), { start: 9.9, end: 10 });
});
test("an edge stops before the other", () => {
    const span = { start: 4, end: 8 };
    equal(movedEdge(span, "start", 5.5, 20), { start: 5.5, end: 8 });
    equal(movedEdge(span, "start", 12, 20), { start: 7.9, end: 8 });
    equal(movedEdge(span, "end", 1, 20), { start: 4, end: 4.1 });
    equal([movedEdge(span, "start", -3, 20).start, movedEdge(span, "end", 99, 20).end], [0, 20]);
});
test("overlap is intersection over union", () => {
    near(overlap({ start: 0, end: 10 }, { start: 5, end: 15 }), 1 / 3);
    equal([overlap({ start: 0, end: 1 }, { start: 1, end: 2 }), overlap({ start: 3, end: 4 }, { start: 3, end: 4 })], [0, 1]);
});
test("the counterpart is the one that overlaps most", () => {
    const others = [{ key: "b1", start: 50, end: 60 }, { key: "b2", start: 2, end: 9 }, { key: "b3", start: 0, end: 30 }];
    equal(counterpart({ start: 1, end: 9 }, others).moment.key, "b2");
    equal(counterpart({ start: 70, end: 80 }, others), null);
});
test("the cut-off itself counts", () => {
    const { above, below } = parted([{ score: 0.6 }, { score: 0.5 }, { score: 0.49 }], 0.5);
    equal([above.length, below.length], [2, 1]);
});
test("percents are whole, and neither 0 nor 100 where it is not", () => {
    equal([0, 0.004, 0.545, 0.996, 1, NaN, 7].map(percent), ["0 %", "< 1 %", "55 %", "> 99 %", "100 %", "0 %", "100 %"]);
});
test("where nobody has said, the server's cut-off holds, then one half for probabilities", () => {
    const models = [{ threshold: 0.3, calibrated: true }, { threshold: null, calibrated: true }, { threshold: null, calibrated: false }, { threshold: 0, calibrated: true }];
    equal(models.map(ownCutoff), [0.3, 0.5, 0, 0]);
});
test("a trim replaces the one before, and back at the found edges there is none", () => {
    const found = { start: 4, end: 9 };
    const once = withTrim({ b1: { start: 0, end: 1 } }, "a1", { start: 5, end: 9 }, found);
    equal(once, { b1: { start: 0, end: 1 }, a1: { start: 5, end: 9 } });
    equal(withTrim(once, "a1", { start: 4, end: 9 }, found), { b1: { start: 0, end: 1 } });
    equal(withoutTrim(once, "b1"), { a1: { start: 5, end: 9 } });
});
