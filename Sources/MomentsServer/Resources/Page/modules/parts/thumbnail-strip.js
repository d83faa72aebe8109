// Pictures of the video along the time axis.
import { thumbnailAddress } from "../api.js";
import { make, place } from "../dom.js";

const narrowest = 84;
const most = 16;

/** A row of pictures, each from the middle of its time. */
export class ThumbnailStrip {
    constructor() {
        this.element = make("div", { class: "thumbnails", "aria-hidden": "true" });
        this.pictures = [];
        this.timer = 0;
        this.video = null;
    }

    /** `video` is the video's id, null while there is none to take pictures from. */
    show(axis, video, pixels) {
        const count = Math.max(2, Math.min(most, Math.floor(pixels / narrowest)));
        while (this.pictures.length > count) this.pictures.pop().remove();
        while (this.pictures.length < count) {
            const picture = make("img", { alt: "", decoding: "async", draggable: "false" });
            picture.addEventListener("load", () => picture.classList.add("there"));
            picture.addEventListener("error", () => picture.classList.remove("there"));
            this.pictures.push(picture);
            this.element.append(picture);
        }
        this.pictures.forEach((picture, index) => place(picture, index / count, 1 / count));
        this.element.classList.toggle("bare", video === null);
        clearTimeout(this.timer);
        const take = () => this.pictures.forEach((picture, index) => {
            const seconds = axis.seconds((index + 0.5) / count);
            const address = video === null ? null : thumbnailAddress(video, seconds);
            if (address === picture.getAttribute("src")) return;
            if (address) picture.setAttribute("src", address);
            else {
                picture.removeAttribute("src");
                picture.classList.remove("there");
            }
        });
        // While the axis moves the server is not asked for pictures that nobody sees.
        if (this.video === video) this.timer = setTimeout(take, 150);
        else take();
        this.video = video;
    }
}
