// What can be taken away: a clip, the list in four formats, the link.
import { clipAddress } from "../api.js";
import { byID, make, setAttribute } from "../dom.js";
import { csv } from "../exports/csv.js";
import { edl, mostEvents } from "../exports/edl.js";
import { json } from "../exports/json.js";
import { vtt } from "../exports/vtt.js";
import { address } from "../place.js";
import { clock, counted, length, range } from "../time.js";
import { frameRates, nearestFrameRate } from "../timecode.js";

const types = { json: "application/json", csv: "text/csv", vtt: "text/vtt", edl: "text/plain" };

/** The dialog for export. `content` tells what there is when it opens. */
export class ExportDialog {
    constructor(content) {
        this.dialog = byID("exporting");
        this.content = content;
        this.rate = byID("export-rate");
        for (const rate of frameRates) {
            this.rate.append(make("option", { value: rate.name }, rate.name + (rate.drop ? " drop" : "")));
        }
        for (const button of this.dialog.querySelectorAll("[data-format]")) {
            button.addEventListener("click", () => this.#save(button.dataset.format));
        }
        byID("copy-link").addEventListener("click", () => this.#copyLink());
        byID("export").addEventListener("click", () => this.open());
        for (const id of ["export-exact", "export-copy"]) {
            byID(id).addEventListener("click", () => this.#say("The server makes the clip; the download begins when it is ready."));
        }
    }

    /** Opens it, with the focus on the clip of the chosen moment. */
    open() {
        const content = this.content();
        if (!content || this.dialog.open) return;
        this.shown = content;
        const { chosen, videoID, moments, clipLimit } = content;
        const tooLong = chosen && clipLimit > 0 && chosen.end - chosen.start > clipLimit;
        const canCut = chosen !== null && videoID !== null && !tooLong;
        byID("export-clip-told").textContent = chosen === null ? "No moment is chosen."
            : videoID === null ? "Clips can be cut once the video is indexed."
            : tooLong ? `A clip lasts ${length(clipLimit)} at most.`
            : `${range(chosen.start, chosen.end, 1)}, ${length(chosen.end - chosen.start)}`;
        for (const [id, mode] of [["export-exact", "exact"], ["export-copy", "copy"]]) {
            setAttribute(byID(id), "href", canCut ? clipAddress(videoID, chosen.start, chosen.end, mode, true) : null);
            setAttribute(byID(id), "aria-disabled", canCut ? null : "true");
        }
        const more = moments.length > mostEvents ? `; an EDL holds the first ${mostEvents}` : "";
        byID("export-list-told").textContent =
            moments.length > 0 ? `${counted(moments.length, "moment")} at or above the cut-off${more}` : "No moment is at or above the cut-off.";
        for (const button of this.dialog.querySelectorAll("[data-format]")) button.disabled = moments.length === 0;
        this.rate.value = nearestFrameRate(content.frameRate).name;
        byID("link").value = address();
        this.#say("");
        this.dialog.showModal();
        if (canCut) byID("export-exact").focus();
    }

    #save(format) {
        const { moments } = this.shown;
        const plain = {
            ...this.shown,
            moments: moments.map((moment) => ({ ...moment, startClock: clock(moment.start, 1), endClock: clock(moment.end, 1) })),
            rate: frameRates.find((rate) => rate.name === this.rate.value),
        };
        const text = { json, csv, vtt, edl }[format](plain);
        const name = `${fileName(this.shown.videoName, this.shown.sentence)}.${format}`;
        const blob = URL.createObjectURL(new Blob([text], { type: types[format] }));
        const anchor = make("a", { href: blob, download: name });
        anchor.click();
        setTimeout(() => URL.revokeObjectURL(blob), 10_000);
        this.#say(`Saved ${name}.`);
    }

    async #copyLink() {
        const field = byID("link");
        try {
            await navigator.clipboard.writeText(field.value);
            this.#say("The link is in the clipboard.");
        } catch {
            // A browser allows it on secure addresses only; the user can still copy what is marked.
            field.select();
            this.#say("Copy the marked link.");
        }
    }

    #say(text) {
        byID("export-done").textContent = text;
    }
}

function fileName(video, sentence) {
    const base = video.replace(/\.[a-z0-9]{1,5}$/i, "");
    const words = `${base} ${sentence}`.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
    return words.slice(0, 80) || "moments";
}
