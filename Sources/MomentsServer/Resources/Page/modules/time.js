// Seconds as people, subtitles and editing programs write them, and back.

/** `0:42`, or `1:02:30` from an hour on; with digits of a second `0:42.5`. */
export function clock(seconds, digits = 0) {
    const unit = 10 ** digits;
    const total = Math.round(Math.max(0, finite(seconds)) * unit);
    const whole = Math.floor(total / unit);
    const part = digits > 0 ? "." + String(total % unit).padStart(digits, "0") : "";
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    const rest = String(whole % 60).padStart(2, "0") + part;
    return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** `0:42 – 1:05`; with tenths where the ends would look alike without. */
export function range(start, end, digits = 0) {
    if (digits === 0 && clock(start) === clock(end)) return `${clock(start, 1)} – ${clock(end, 1)}`;
    return `${clock(start, digits)} – ${clock(end, digits)}`;
}

/** Seconds of `42`, `42.5`, `0:42`, `1:02:30.25`; null where the text is no time. */
export function parseClock(text) {
    const match = /^\s*(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?)\s*$/.exec(text);
    if (!match) return null;
    const [, hours, minutes, seconds] = match;
    const rest = Number(seconds.replace(",", "."));
    if ((minutes !== undefined && rest >= 60) || (hours !== undefined && Number(minutes) >= 60)) return null;
    return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + rest;
}

/** For ears: `1 minute 5 seconds`. */
export function spoken(seconds) {
    const tenths = Math.round(Math.max(0, finite(seconds)) * 10);
    const whole = Math.floor(tenths / 10);
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    const rest = (whole % 60) + (whole < 60 ? (tenths % 10) / 10 : 0);
    const parts = [];
    if (hours > 0) parts.push(counted(hours, "hour"));
    if (minutes > 0) parts.push(counted(minutes, "minute"));
    if (rest > 0 || parts.length === 0) parts.push(counted(rest, "second"));
    return parts.join(" ");
}

/** How long something takes or lasts, shortly: `8.5 s`, `2 min 5 s`, `1 h 10 min`. */
export function length(seconds) {
    const value = Math.max(0, finite(seconds));
    if (value < 59.95) return `${Number(value.toFixed(1))} s`;
    const whole = Math.round(value);
    if (whole < 3600) return whole % 60 > 0 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole / 60} min`;
    const minutes = Math.round(whole / 60);
    const rest = minutes % 60 > 0 ? ` ${minutes % 60} min` : "";
    return `${Math.floor(minutes / 60)} h${rest}`;
}

/** `2 moments`, `1 moment`. */
export function counted(number, noun) {
    return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `00:00:42.500`, as WebVTT wants it. */
export function subtitleClock(seconds) {
    const total = Math.round(Math.max(0, finite(seconds)) * 1000);
    const two = (number) => String(number).padStart(2, "0");
    const whole = Math.floor(total / 1000);
    const clockPart = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
    return `${clockPart}.${String(total % 1000).padStart(3, "0")}`;
}

function finite(seconds) {
    return Number.isFinite(seconds) ? seconds : 0;
}
