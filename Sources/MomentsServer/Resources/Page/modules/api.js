// The server's interface, as /openapi.json describes it.

/** What the server says went wrong: `code` for programs, `message` for people. */
export class ServerError extends Error {
    constructor(status, { code, message, requestId }) {
        super(message);
        this.status = status;
        this.code = code;
        this.requestId = requestId ?? null;
    }
}

let signIn = null;

/** Names what asks for the token; it is called once for all requests that need it, and resolves when signed in. */
export function onSignIn(ask) {
    signIn = ask;
}

/** The models that may be asked. */
export const models = (options) => get("/v1/models", options);
/** What the library holds, in numbers. */
export const library = (options) => get("/v1/library", options);
/** A page of videos. */
export const videos = (query, options) => get(`/v1/videos${written(query)}`, options);
/** One video. */
export const video = (id, options) => get(`/v1/videos/${encodeURIComponent(id)}`, options);
/** Takes a video out of the library. */
export const remove = (id, options) => request("DELETE", `/v1/videos/${encodeURIComponent(id)}`, null, options);
/** The jobs, latest first. */
export const jobs = (options) => get("/v1/jobs", options);
/** One job. */
export const job = (id, options) => get(`/v1/jobs/${encodeURIComponent(id)}`, options);
/** Stops a job. */
export const cancel = (id, options) => request("POST", `/v1/jobs/${encodeURIComponent(id)}/cancel`, null, options);
/** The moments of one video. */
export const find = (body, options) => request("POST", "/v1/find", body, options);
/** The moments of all videos. */
export const search = (body, options) => request("POST", "/v1/search", body, options);

/** Where a video's file lies. */
export const fileAddress = (id) => `/v1/videos/${encodeURIComponent(id)}/file`;
/** Where a picture of a video lies. */
export function thumbnailAddress(id, seconds, height = 120) {
    return `/v1/videos/${encodeURIComponent(id)}/thumbnails/${Number(Math.max(0, seconds).toFixed(1))}.jpg?height=${height}`;
}
/** Where a span of a video lies as a file. */
export function clipAddress(id, start, end, mode, download = false) {
    const query = { start: Number(start.toFixed(3)), end: Number(end.toFixed(3)), mode, download: download ? "true" : undefined };
    return `/v1/videos/${encodeURIComponent(id)}/clip${written(query)}`;
}

/**
 * Follows a job until it ends: `tell` is called with the job whenever something happens, `fail` when it can't be
 * followed. Where events don't come through, it is asked for every two seconds. Returns what stops it.
 */
export function follow(id, tell, fail) {
    let stopped = false;
    let timer = 0;
    const source = new EventSource(`/v1/jobs/${encodeURIComponent(id)}/events`);
    const ended = (job) => !["queued", "running"].includes(job.state);
    const take = (job) => {
        if (stopped) return;
        if (ended(job)) stop();
        tell(job);
    };
    const ask = async () => {
        try {
            take(await job(id));
        } catch (error) {
            if (!stopped && error.status !== 503) {
                stop();
                fail(error);
            }
        }
        if (!stopped) timer = setTimeout(ask, 2000);
    };
    for (const name of ["progress", "done", "failed", "cancelled"]) {
        source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    }
    source.addEventListener("error", () => {
        // A browser tries again by itself, unless the server refused.
        if (!stopped && source.readyState === EventSource.CLOSED) ask();
    });
    function stop() {
        stopped = true;
        source.close();
        clearTimeout(timer);
    }
    return stop;
}

/**
 * Sends a file; `progress` is called with the share that is sent. Returns the job, and stops when `signal` says so.
 *
 * `fetch` does not tell how much it has sent, so this is the older way.
 */
export function upload(file, { progress, signal }) {
    return new Promise((resolve, reject) => {
        const sending = new XMLHttpRequest();
        sending.open("POST", `/v1/videos${written({ name: file.name })}`);
        sending.setRequestHeader("Content-Type", file.type.startsWith("video/") ? file.type : "application/octet-stream");
        sending.responseType = "text";
        sending.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable) progress(event.loaded / event.total);
        });
        sending.addEventListener("load", () => {
            try {
                if (sending.status === 202) resolve(JSON.parse(sending.responseText));
                else reject(failure(sending.status, sending.responseText));
            } catch (error) {
                reject(error);
            }
        });
        sending.addEventListener("error", () => reject(unreachable()));
        sending.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
        signal?.addEventListener("abort", () => sending.abort());
        sending.send(file);
    });
}

/** Sends the token; true where it was the right one. */
export async function sendToken(token) {
    const answer = await fetch("/login", {
        method: "POST", body: new URLSearchParams({ token }), redirect: "manual", credentials: "same-origin",
    });
    if (answer.type === "opaqueredirect" || answer.ok) return true;
    if (answer.status === 401) return false;
    throw failure(answer.status, await answer.text());
}

function get(path, options) {
    return request("GET", path, null, options);
}

/**
 * One request. A server that is busy says when to come back: then it is asked again, three times at most, and
 * `waiting` is called with the seconds until then.
 */
async function request(method, path, body, { signal, waiting } = {}) {
    for (let attempt = 0; ; attempt += 1) {
        const answer = await sent(method, path, body, signal);
        if (answer.ok) return answer.status === 204 ? null : answer.json();
        if (answer.status === 401 && signIn) {
            await signIn();
            continue;
        }
        const error = failure(answer.status, await answer.text());
        const pause = Number(answer.headers.get("Retry-After"));
        if (answer.status !== 503 || attempt >= 3 || !(pause > 0 && pause <= 30)) throw error;
        waiting?.(pause, error);
        await passed(pause, signal);
    }
}

async function sent(method, path, body, signal) {
    try {
        return await fetch(path, {
            method, signal, credentials: "same-origin",
            headers: body ? { "Content-Type": "application/json" } : {},
            body: body ? JSON.stringify(body) : undefined,
        });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw unreachable();
    }
}

function failure(status, text) {
    try {
        return new ServerError(status, JSON.parse(text).error);
    } catch {
        return new ServerError(status, { code: "unreadable", message: `The server answered with status ${status}.` });
    }
}

function unreachable() {
    return new ServerError(0, { code: "unreachable", message: "The server can't be reached. Is it still running?" });
}

function passed(seconds, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, seconds * 1000);
        signal?.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(new DOMException("stopped", "AbortError"));
        });
    });
}

function written(query) {
    const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
    const text = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString();
    return text ? `?${text}` : "";
}
