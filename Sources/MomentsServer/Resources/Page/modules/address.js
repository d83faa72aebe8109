// The page's state in its address, after the `#`, so that a link shows somebody else the same.
//
//     #/                                  the library
//     #/?q=a+red+ball&path=holiday        a search over it
//     #/video/ID?q=a+red+ball&moment=a2   a video with a sentence, its second moment chosen
//     #/job/ID?q=a+red+ball               a video that is still being indexed

/** What the page shows when nothing is said. */
export const initial = Object.freeze({
    video: null, // the video's id; null for the library
    job: null, // in its place the job that is indexing it
    sentence: "",
    model: null, // null for the server's first
    other: null, // the model that is compared with
    cutoff: null, // 0…1; null for the server's own
    moment: null, // `a1`: the best moment of the first model; `b2`: the second of the other
    at: null, // {start, end}: choose the moment that overlaps this span most
    trims: Object.freeze({}), // {a1: {start, end}}
    time: null, // where the player stands, in seconds
    from: null, // the shown part of the time axis; null for all
    to: null,
    path: "",
    after: "",
    before: "",
    longer: null,
    shorter: null,
    sort: null,
});

const momentName = /^[ab][1-9]\d{0,3}$/;

/** The text after `#` for a state. What is as in ``initial`` is left out. */
export function encode(state) {
    const query = new URLSearchParams();
    const put = (name, value) => {
        if (value !== null && value !== undefined && value !== "") query.set(name, value);
    };
    put("q", state.sentence);
    put("model", state.model);
    put("with", state.other);
    put("cut", number(state.cutoff === null ? null : state.cutoff * 100));
    if (isOfVideo(state)) {
        put("moment", state.moment);
        put("at", state.at === null ? null : `${number(state.at.start)}-${number(state.at.end)}`);
        const trims = Object.entries(state.trims ?? {});
        put("trim", trims.map(([name, trim]) => `${name}:${number(trim.start)}-${number(trim.end)}`).join(","));
        put("t", number(state.time));
        put("from", number(state.from));
        put("to", number(state.to));
    } else {
        put("path", state.path);
        put("after", state.after);
        put("before", state.before);
        put("longer", number(state.longer));
        put("shorter", number(state.shorter));
    }
    put("sort", state.sort);
    // Colons and commas need no escape after the `?` of a fragment, and links are read by people.
    const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
    return "#" + place(state) + (text ? "?" + text : "");
}

/** Whether a state shows one video, and not the library. */
export function isOfVideo(state) {
    return state.video !== null || state.job !== null;
}

function place(state) {
    if (state.video !== null) return `/video/${encodeURIComponent(state.video)}`;
    return state.job !== null ? `/job/${encodeURIComponent(state.job)}` : "/";
}

/** The state that an address tells. What it tells wrongly is as in ``initial``: a link may be old, or be typed. */
export function decode(hash) {
    const state = { ...initial, trims: {} };
    const text = hash.startsWith("#") ? hash.slice(1) : hash;
    const mark = text.indexOf("?");
    const query = new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1));
    const named = /^\/(video|job)\/([\w-]+)$/.exec(mark < 0 ? text : text.slice(0, mark));
    if (named) state[named[1]] = named[2];
    state.sentence = query.get("q") ?? "";
    state.model = query.get("model") || null;
    state.other = query.get("with") || null;
    const cut = positive(query.get("cut"));
    state.cutoff = cut === null || cut > 100 ? null : cut / 100;
    if (isOfVideo(state)) {
        const moment = query.get("moment") ?? "";
        state.moment = momentName.test(moment) ? moment : null;
        state.at = span(query.get("at") ?? "");
        for (const part of (query.get("trim") ?? "").split(",")) {
            const [name, ends] = part.split(":");
            const trim = momentName.test(name) ? span(ends ?? "") : null;
            if (trim) state.trims[name] = trim;
        }
        state.time = positive(query.get("t"));
        const from = positive(query.get("from"));
        const to = positive(query.get("to"));
        if (from !== null && to !== null && from < to) Object.assign(state, { from, to });
    } else {
        state.path = query.get("path") ?? "";
        state.after = day(query.get("after"));
        state.before = day(query.get("before"));
        state.longer = positive(query.get("longer"));
        state.shorter = positive(query.get("shorter"));
    }
    state.sort = ["time"].includes(query.get("sort")) ? query.get("sort") : null;
    return state;
}

function number(value) {
    return value === null || value === undefined ? null : String(Number(value.toFixed(3)));
}

function span(text) {
    const ends = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
    return ends && Number(ends[1]) < Number(ends[2]) ? { start: Number(ends[1]), end: Number(ends[2]) } : null;
}

function positive(text) {
    return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

function day(text) {
    return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";
}
