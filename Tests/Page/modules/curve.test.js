import { TimeAxis } from "/modules/axis.js";
import { curvePoints, ownScale, valueAt } from "/modules/curve.js";
import { equal, holds, near, test } from "./check.js";

test("values stand in the middle of their clips, level to the ends", () => {
    equal(curvePoints([0.2, 0.8], 2, new TimeAxis(4)), [[0, 0.2], [0.25, 0.2], [0.75, 0.8], [1, 0.8]]);
});
test("the last clip ends with the video", () => {
    const points = curvePoints([0.2, 0.8], 2, new TimeAxis(3), { duration: 3 });
    equal(points.at(-1), [1, 0.8]);
});
test("a part of the video takes a part of the curve, and a neighbour on each side", () => {
    const values = Array.from({ length: 100 }, (_, index) => index / 100);
    const points = curvePoints(values, 2, new TimeAxis(200, 50, 60));
    holds(points[0][0] < 0 && points.at(-1)[0] > 1, "the line ends inside");
    holds(points.length < 12, `${points.length} points for five clips`);
    for (const [place, value] of points) near(value, (50 + place * 10 - 1) / 200, "the value");
});
test("a long curve keeps its peaks", () => {
    const values = Array(50_000).fill(0.1);
    values[31_337] = 0.9;
    const points = curvePoints(values, 2, new TimeAxis(100_000), { most: 600 });
    holds(points.length < 700, `${points.length} points`);
    holds(points.some(([, value]) => value === 0.9), "the peak is lost");
});
test("what is no number leaves a gap", () => {
    equal(curvePoints([0.1, NaN, null, 0.3], 1, new TimeAxis(4)), [[0, 0.1], [0.125, 0.1], null, [0.875, 0.3], [1, 0.3]]);
});
test("no values are no curve", () => equal(curvePoints([], 2, new TimeAxis(10)), []));
test("scores without a scale get their own", () => {
    equal(ownScale([-3, 1, -1]), [0, 1, 0.5]);
    equal(ownScale([7, 7]), [0.5, 0.5]);
});
test("the value under the pointer is its clip's", () => equal([0, 1.9, 2, 4].map((each) => valueAt([0.1, 0.2], 2, each)), [0.1, 0.1, 0.2, null]));
