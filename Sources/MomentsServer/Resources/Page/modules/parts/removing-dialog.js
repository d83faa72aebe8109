// Takes a video out of the library, once the user has said that this is meant.
import { announce } from "../announcer.js";
import * as api from "../api.js";
import { byID } from "../dom.js";
import { showProblem } from "./notices.js";

/** The button beside a video's name, and what it asks. */
export class RemovingDialog {
    /** `removed` is called once the library has the video no more. */
    constructor(removed) {
        this.removed = removed;
        this.button = byID("remove");
        this.dialog = byID("removing");
        this.button.addEventListener("click", () => this.#ask());
        this.dialog.addEventListener("close", () => {
            if (this.dialog.returnValue === "remove") this.#remove(this.asked);
        });
    }

    /** Offers to remove a video of the library; null where there is none. */
    show(video) {
        this.video = video;
        this.button.hidden = video === null;
    }

    #ask() {
        this.asked = this.video;
        byID("removing-told").textContent = this.asked.name;
        // What was answered before is not the answer now, should Escape close it.
        this.dialog.returnValue = "";
        this.dialog.showModal();
    }

    async #remove(video) {
        try {
            await api.remove(video.id);
        } catch (error) {
            showProblem("video", error, { retry: () => this.#remove(video) });
            return;
        }
        announce(`${video.name} was removed.`);
        this.removed(video);
    }
}
