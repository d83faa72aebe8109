import { lanes, TimeAxis } from "/modules/axis.js";
import { equal, holds, near, test } from "./check.js";

test("the whole of a video lies between 0 and 1", () => {
    const axis = new TimeAxis(100);
    equal([axis.fraction(0), axis.fraction(25), axis.fraction(100)], [0, 0.25, 1]);
    holds(axis.isWhole, "the axis is not whole");
});
test("a place and its time are each other's inverse", () => {
    const axis = new TimeAxis(3600, 100, 220);
    for (const place of [0, 0.123, 0.5, 1]) near(axis.fraction(axis.seconds(place)), place);
});
test("times outside of the video are its ends", () => equal([new TimeAxis(10).seconds(-1), new TimeAxis(10).seconds(2)], [0, 10]));
test("a span is cut to what is shown", () => {
    const axis = new TimeAxis(100, 20, 40);
    equal(axis.box(10, 30), { left: 0, width: 0.5 });
    equal(axis.box(30, 90), { left: 0.5, width: 0.5 });
    equal([axis.box(0, 20), axis.box(40, 50)], [null, null]);
});
test("magnifying keeps the time under the pointer", () => {
    const axis = new TimeAxis(600, 100, 300);
    const magnified = axis.magnified(2, 150);
    near(magnified.fraction(150), axis.fraction(150));
    near(magnified.width, 100);
});
test("nothing leads out of the video", () => {
    const axis = new TimeAxis(600, 100, 300);
    equal([axis.moved(-500).from, axis.moved(5000).to, axis.magnified(0.001).width], [0, 600, 600]);
    equal([axis.around(590, 600).to, axis.around(0, 1).from], [600, 0]);
});
test("magnifying ends at two seconds, and at a shorter video", () => {
    near(new TimeAxis(600).magnified(1e9, 300).width, 2);
    near(new TimeAxis(1.2).magnified(10).width, 1.2);
});
test("the axis moves only as far as it must to show a time", () => {
    const axis = new TimeAxis(600, 100, 200);
    equal(axis.showing(150).from, 100);
    holds(axis.showing(210).to > 210 && axis.showing(210).to < 225, "it moved elsewhere");
});
test("a length that is unknown gives an axis all the same", () => {
    for (const duration of [0, NaN, -1, Infinity]) equal([new TimeAxis(duration).from, new TimeAxis(duration).to], [0, 1]);
});
test("labels have room", () => {
    for (const duration of [0.5, 3, 44, 600, 7200, 90_000]) {
        for (const pixels of [300, 700, 1250]) {
            const { ticks } = new TimeAxis(duration).ticks(pixels);
            holds(ticks.length >= 1 && (ticks.length - 1) * 64 <= pixels, `${ticks.length} on ${pixels} for ${duration} s`);
        }
    }
});
test("labels are round times", () => equal(new TimeAxis(600, 95, 155).ticks(640).ticks, [100, 110, 120, 130, 140, 150]));
test("spans that overlap lie in lanes, the first in the first", () => {
    const spans = [[10, 20], [15, 25], [20, 30], [0, 9], [16, 18]].map(([start, end]) => ({ start, end }));
    equal(lanes(spans), { numbers: [0, 1, 0, 0, 2], count: 3 });
    equal(lanes([]), { numbers: [], count: 0 });
});
test("spans with too little room between them are parted", () => {
    equal(lanes([{ start: 0, end: 5 }, { start: 5.5, end: 9 }], 1).count, 2);
});
test("an axis that holds a span stays; else the span comes to its middle, or gets room", () => {
    const axis = new TimeAxis(600, 100, 200);
    equal(axis.holding(120, 180) === axis, true);
    const moved = axis.holding(300, 320);
    equal([moved.from, moved.to], [260, 360]);
    const wide = axis.holding(300, 420);
    equal([wide.from, wide.to], [180, 540]);
});
