// SMPTE time codes: hours, minutes, seconds and frames, with and without dropped frame numbers.

/** The rates that editing programs know. `frames` a second are counted; `true rate` is what the video plays at. */
export const frameRates = [
    { name: "23.976", rate: 24000 / 1001, frames: 24, drop: false },
    { name: "24", rate: 24, frames: 24, drop: false },
    { name: "25", rate: 25, frames: 25, drop: false },
    { name: "29.97", rate: 30000 / 1001, frames: 30, drop: true },
    { name: "30", rate: 30, frames: 30, drop: false },
    { name: "50", rate: 50, frames: 50, drop: false },
    { name: "59.94", rate: 60000 / 1001, frames: 60, drop: true },
    { name: "60", rate: 60, frames: 60, drop: false },
];

/** The known rate that is nearest to a video's own, which may be odd; 25 where nothing is known. */
export function nearestFrameRate(framesPerSecond) {
    if (!(framesPerSecond > 0)) return frameRates.find((each) => each.name === "25");
    // A rate of 12 or 15 is counted at its double, where every frame has a number.
    let wanted = framesPerSecond;
    while (wanted < 20) wanted *= 2;
    return frameRates.reduce((best, each) =>
        Math.abs(each.rate - wanted) < Math.abs(best.rate - wanted) - 1e-9 ? each : best);
}

/** The number of the frame that is shown at a time. */
export function frameNumber(seconds, rate) {
    return Math.round(Math.max(0, seconds) * rate.rate);
}

/**
 * A frame's time code: `01:00:10:12`, or `01:00:10;12` where numbers are dropped.
 *
 * At 29.97 the numbers 0 and 1 are left out at each minute but every tenth (at 59.94 0 to 3), so that the code keeps
 * up with the clock.
 */
export function timecode(frame, rate) {
    let number = frame;
    if (rate.drop) {
        const dropped = rate.frames / 15;
        const perMinute = rate.frames * 60 - dropped;
        const perTen = perMinute * 10 + dropped;
        const tens = Math.floor(number / perTen);
        const rest = number % perTen;
        const minutes = rest < rate.frames * 60 ? 0 : 1 + Math.floor((rest - rate.frames * 60) / perMinute);
        number += dropped * (9 * tens + minutes);
    }
    const two = (value) => String(value).padStart(2, "0");
    const seconds = Math.floor(number / rate.frames);
    // A day has 24 hours for an editing program as well.
    const hours = Math.floor(seconds / 3600) % 24;
    const clock = [hours, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
    return clock + (rate.drop ? ";" : ":") + two(number % rate.frames);
}
