import { decode, encode, initial } from "/modules/address.js";
import { equal, holds, test } from "./check.js";

const video = "ab12".repeat(16);

test("the beginning is the library", () => {
    equal(encode(initial), "#/");
    equal(decode(""), { ...initial, trims: {} });
    equal(decode("#/"), { ...initial, trims: {} });
});
test("everything about a video is in its address, and comes back", () => {
    const state = {
        ...initial, video, sentence: "a red ball & a “dog” #2 100%", model: "cdnet", other: "clip", cutoff: 0.35, moment: "b3",
        at: { start: 1.5, end: 4 }, trims: { a1: { start: 12.4, end: 20.125 }, b12: { start: 0, end: 3 } }, time: 62.4, from: 30, to: 90.5, sort: "time",
    };
    equal(decode(encode(state)), state);
});
test("and everything about a search", () => {
    const state = {
        ...initial, trims: {}, sentence: "ein Hund läuft 🐕", model: "x", cutoff: 0, path: "ferien/2024 + mehr", after: "2024-02-29",
        before: "2025-01-01", longer: 0.5, shorter: 3600,
    };
    equal(decode(encode(state)), state);
});
test("a job has an address as well", () => {
    const state = { ...initial, trims: {}, job: "0f8fad5b-d9cb-469f-a165-70867728950e", sentence: "a dog" };
    equal(encode(state), "#/job/0f8fad5b-d9cb-469f-a165-70867728950e?q=a+dog");
    equal(decode(encode(state)), state);
});
test("addresses stay readable", () => {
    equal(encode({ ...initial, video: "ab", sentence: "a red ball", cutoff: 0.5, trims: { a1: { start: 1, end: 2 } } }),
        "#/video/ab?q=a+red+ball&cut=50&trim=a1:1-2");
});
test("what is wrong in an address is left out", () => {
    const state = decode(`#/video/${video}?moment=c9&trim=a1:9-3,zz:1-2,a2:x-y,a0:1-2&t=-4&cut=700&from=9&to=3&sort=x&at=5-5`);
    equal(state, { ...initial, trims: {}, video });
    equal(decode("#/video/../../etc"), { ...initial, trims: {} });
    equal(decode("#/?after=2024-13-45&longer=abc&q=%E0%A4%A"), { ...initial, trims: {}, sentence: decode("#/?q=%E0%A4%A").sentence });
});
test("a video's address has no filters, and the library's no moment", () => {
    holds(!encode({ ...initial, video, path: "x" }).includes("path"), "a filter is there");
    holds(!encode({ ...initial, moment: "a1", time: 3 }).includes("moment"), "a moment is there");
});
