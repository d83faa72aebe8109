// What is said of a video.
import { clock } from "../time.js";

/** Its length, size and frame rate, as far as they are known. */
export function videoSentence({ duration, media }) {
    const size = media && `${media.width} × ${media.height}`;
    const rate = media?.frameRate && `${Number(media.frameRate.toFixed(2))} pictures a second`;
    return [clock(duration), size, rate].filter(Boolean).join(" · ");
}
