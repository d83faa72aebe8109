import { csv } from "/modules/exports/csv.js";
import { edl } from "/modules/exports/edl.js";
import { json } from "/modules/exports/json.js";
import { vtt } from "/modules/exports/vtt.js";
import { frameRates } from "/modules/timecode.js";
import { equal, holds, test } from "./check.js";

const moments = [
    { key: "a1", rank: 1, start: 62.5, end: 70.25, startClock: "1:02.5", endClock: "1:10.3", score: 0.8412345678, calibrated: true, trimmed: false, model: "cdnet", logit: 1.5 },
    { key: "a2", rank: 2, start: 4, end: 8, startClock: "0:04.0", endClock: "0:08.0", score: 0.5, calibrated: false, trimmed: true, model: "clip", logit: null },
];
const content = { videoName: "my holiday.mp4", sentence: "a dog, running", moments, rate: frameRates.find((each) => each.name === "25") };

test("CSV has a line a moment and quotes what needs it", () => {
    equal(csv(content).split("\r\n"), [
        "rank,start,end,start_clock,end_clock,score,calibrated,trimmed,model,query,video",
        '1,62.5,70.25,1:02.5,1:10.3,0.841235,true,false,cdnet,"a dog, running",my holiday.mp4',
        '2,4,8,0:04.0,0:08.0,0.5,false,true,clip,"a dog, running",my holiday.mp4', "",
    ]);
});
test("CSV doubles quotes and keeps line ends", () => {
    holds(csv({ ...content, sentence: 'say "hi"\nnow' }).includes('"say ""hi""\nnow"'), "the quotes are lost");
});
test("a spreadsheet computes nothing of a file's name or a sentence", () => {
    const text = csv({ ...content, sentence: "=HYPERLINK(0)", videoName: "@SUM(1).mp4" });
    holds(text.includes("'=HYPERLINK(0)") && text.includes("'@SUM(1).mp4"), text);
});
test("WebVTT has cues in the order of time", () => {
    equal(vtt(content).split("\n"), [
        "WEBVTT", "", "NOTE", "my holiday.mp4", "",
        "moment-a2", "00:00:04.000 --> 00:00:08.000", "a dog, running", "clip, 50 %, uncalibrated", "",
        "moment-a1", "00:01:02.500 --> 00:01:10.250", "a dog, running", "cdnet, 84 %", "",
    ]);
});
test("no text of WebVTT can be a mark, a cue or an arrow", () => {
    const text = vtt({ ...content, sentence: "<b>x</b> --> \n\n00:00:01.000 & y", videoName: "a --> b\n\nc" });
    equal(text.match(/-->/g).length, moments.length);
    holds(!text.includes("<b>"), "a tag is there");
    holds(text.includes("&lt;b&gt;x&lt;/b&gt; --&gt; 00:00:01.000 &amp; y"), text);
    equal(text.split("\n\n").length, 2 + moments.length);
});
test("an EDL lays the cuts one after the other from hour 1", () => {
    equal(edl(content).split("\r\n"), [
        "TITLE: a dog, running", "FCM: NON-DROP FRAME", "",
        "001  AX       AA/V  C        00:00:04:00 00:00:08:00 01:00:00:00 01:00:04:00",
        "* FROM CLIP NAME: my holiday.mp4", "* COMMENT: clip, 50 %, uncalibrated",
        "002  AX       AA/V  C        00:01:02:13 00:01:10:06 01:00:04:00 01:00:11:18",
        "* FROM CLIP NAME: my holiday.mp4", "* COMMENT: cdnet, 84 %", "",
    ]);
});
test("an EDL says where numbers are dropped, and begins at hour 1 then too", () => {
    const text = edl({ ...content, rate: frameRates.find((each) => each.name === "29.97") });
    holds(text.includes("FCM: DROP FRAME"), text);
    holds(text.includes("00:00:04;00 00:00:08;00 01:00:00;00 01:00:04;00"), text);
});
test("in an EDL a source lasts as long as its record, and no cut is empty", () => {
    const short = [{ ...moments[0], start: 5, end: 5.001 }];
    const [, line] = /C {8}(.*)/.exec(edl({ ...content, moments: short }));
    equal(line, "00:00:05:00 00:00:05:01 01:00:00:00 01:00:00:01");
});
test("an EDL holds 999 events, numbered to the last", () => {
    const many = Array.from({ length: 1200 }, (_, index) => ({ ...moments[0], start: index * 2, end: index * 2 + 1 }));
    const text = edl({ ...content, moments: many });
    holds(text.includes("\r\n999  AX") && !text.includes("\r\n1000"), "it holds others");
});
test("an EDL is plain text, whatever the names are", () => {
    const text = edl({ ...content, sentence: "Größe – „x“\nline", videoName: "Ferien 🐕 ä.mp4" });
    holds(/^[\x20-\x7e\r\n]*$/.test(text), text);
    holds(text.startsWith('TITLE: Gro?e - "x"?line\r\n'), text.slice(0, 40));
    holds(text.includes("* FROM CLIP NAME: Ferien ? a.mp4"), text);
});
test("JSON has the names of the command's", () => {
    const answers = [{ model: "cdnet", calibrated: true, cutoff: 0.5, clipLength: 2, curve: [0.1, 0.9], moments: [moments[0]] }];
    const text = json({ videoID: "ab", videoName: "v.mp4", duration: 100, sentence: "a dog", answers });
    equal(JSON.parse(text), {
        query: "a dog", vid: "v.mp4", video: "ab", duration: 100, clip_length: 2, model: "cdnet", scores: "calibrated", threshold: 0.5,
        confident: true, pred_relevant_windows: [[62.5, 70.25, 0.8412345678]],
        moments: [{ rank: 1, start: 62.5, end: 70.25, score: 0.8412345678, logit: 1.5, trimmed: false }], relevance: [0.1, 0.9],
    });
});
test("two models are two lines", () => {
    const answer = { model: "x", calibrated: false, cutoff: 0, clipLength: 2, curve: null, moments: [] };
    equal(json({ videoName: "v", sentence: "s", answers: [answer, answer] }).trim().split("\n").length, 2);
});
