import { frameNumber, frameRates, nearestFrameRate, timecode } from "/modules/timecode.js";
import { equal, holds, test } from "./check.js";

const rate = (name) => frameRates.find((each) => each.name === name);

test("a time code counts frames", () => {
    equal([0, 24, 25, 25 * 3600 + 26].map((frame) => timecode(frame, rate("25"))), ["00:00:00:00", "00:00:00:24", "00:00:01:00", "01:00:01:01"]);
});
test("numbers 0 and 1 are dropped at each minute but every tenth", () => {
    const at = (frame) => timecode(frame, rate("29.97"));
    equal([at(1799), at(1800), at(1801), at(3597), at(3598)], ["00:00:59;29", "00:01:00;02", "00:01:00;03", "00:01:59;29", "00:02:00;02"]);
    equal([at(17_981), at(17_982), at(107_892)], ["00:09:59;29", "00:10:00;00", "01:00:00;00"]);
});
test("at 59.94 four numbers are dropped", () => {
    const at = (frame) => timecode(frame, rate("59.94"));
    equal([at(3599), at(3600), at(35_964)], ["00:00:59;59", "00:01:00;04", "00:10:00;00"]);
});
test("no dropped number is ever written, and no code twice", () => {
    const seen = new Set();
    for (let frame = 0; frame < 40_000; frame += 1) {
        const code = timecode(frame, rate("29.97"));
        holds(!/:\d[1-9]:00;0[01]$/.test(code), code);
        holds(!seen.has(code), `${code} is there twice`);
        seen.add(code);
    }
});
test("a dropped code keeps up with the clock for a day", () => {
    const frames = Math.round(86_399 * rate("29.97").rate);
    equal(timecode(frames, rate("29.97")).slice(0, 8), "23:59:59");
});
test("a day is followed by another", () => equal(timecode(25 * 86_400, rate("25")), "00:00:00:00"));
test("a frame is the nearest one to a time", () => equal([0, 0.019, 0.021, 1.999].map((each) => frameNumber(each, rate("25"))), [0, 0, 1, 50]));
test("odd rates find the nearest known", () => {
    const name = (value) => nearestFrameRate(value).name;
    equal([23.98, 24, 25, 29.97, 30, 30.0003, 59.94, 60, 15, 12, null, NaN].map(name),
        ["23.976", "24", "25", "29.97", "30", "30", "59.94", "60", "30", "24", "25", "25"]);
});
