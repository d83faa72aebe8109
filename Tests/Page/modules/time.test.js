import { clock, counted, length, parseClock, range, spoken, subtitleClock } from "/modules/time.js";
import { equal, test } from "./check.js";

test("a clock has hours only where there are any", () => {
    equal([0, 7, 59.4, 61, 3599, 3600, 36_061].map((each) => clock(each)), ["0:00", "0:07", "0:59", "1:01", "59:59", "1:00:00", "10:01:01"]);
});
test("rounding carries into minutes and hours", () => {
    equal([59.96, 3599.99].map((each) => clock(each, 1)), ["1:00.0", "1:00:00.0"]);
    equal([59.94, 62.25].map((each) => clock(each, 1)), ["0:59.9", "1:02.3"]);
    equal(clock(59.5), "1:00");
});
test("what is no time reads as zero", () => equal([NaN, -3, Infinity].map((each) => clock(each)), ["0:00", "0:00", "0:00"]));
test("a range within one second shows tenths", () => {
    equal(range(4.1, 4.4), "0:04.1 – 0:04.4");
    equal(range(4, 65), "0:04 – 1:05");
});
test("times are read as they are written", () => {
    equal(["42", "42.5", "0:42", "1:02:30.25", " 1:05 ", "2,5", "90"].map(parseClock), [42, 42.5, 42, 3750.25, 65, 2.5, 90]);
});
test("what is no time is not read", () => {
    equal(["", "a", "1:60", "1:75:00", "-3", "1::2", "1:2:3:4", "1e3", "0x10"].map(parseClock), Array(9).fill(null));
});
test("every clock is read back", () => {
    for (let tenths = 0; tenths < 80_000; tenths += 37) equal(parseClock(clock(tenths / 10, 1)), tenths / 10, clock(tenths / 10, 1));
});
test("times are spoken in words", () => {
    equal([0, 1, 2.5, 61, 3600, 3723.2].map(spoken),
        ["0 seconds", "1 second", "2.5 seconds", "1 minute 1 second", "1 hour", "1 hour 2 minutes 3 seconds"]);
});
test("lengths are short", () => equal([8.53, 59.96, 60, 125, 3599.7, 4200].map(length), ["8.5 s", "1 min", "1 min", "2 min 5 s", "1 h", "1 h 10 min"]));
test("one is no plural", () => equal([counted(1, "moment"), counted(0, "moment")], ["1 moment", "0 moments"]));
test("subtitles count milliseconds", () => {
    equal([0, 42.5, 59.9996, 3661.001, 360_000].map(subtitleClock), ["00:00:00.000", "00:00:42.500", "00:01:00.000", "01:01:01.001", "100:00:00.000"]);
});
