// The library: its videos, or what a search over them has found.
import * as api from "../api.js";
import { byID, copyOf, setAttribute } from "../dom.js";
import { clearNotice, showProblem } from "../parts/notices.js";
import { change, link, state } from "../place.js";
import { clock, counted, length } from "../time.js";
import { Filters, requestFilters } from "./filters.js";
import { SearchView } from "./search-view.js";

/** The library's part of the page. */
export class LibraryView {
    constructor() {
        this.element = byID("library");
        this.search = new SearchView();
        this.filters = new Filters((filters) => change(filters, { push: true }));
        byID("more-videos").addEventListener("click", () => this.#list(this.next));
    }

    /** Shows the library as the state says. */
    show(next) {
        this.element.hidden = false;
        document.title = next.sentence ? `“${next.sentence}” · Moments` : "Moments";
        this.filters.show(next);
        byID("videos").hidden = next.sentence !== "";
        byID("drop").hidden = next.sentence !== "";
        this.search.show(next);
        const asked = JSON.stringify(requestFilters(next));
        if (next.sentence === "" && asked !== this.asked) this.#list();
    }

    hide() {
        this.element.hidden = true;
        this.search.hide();
        clearNotice("library");
    }

    /** Asks anew, as something has been added. */
    refresh() {
        this.asked = null;
        if (!this.element.hidden && state.sentence === "") this.#list();
    }

    async #list(cursor) {
        const filters = requestFilters(state);
        this.asked = JSON.stringify(filters);
        this.stopping?.abort();
        const stopping = new AbortController();
        this.stopping = stopping;
        try {
            const page = await api.videos({ ...filters, limit: 48, cursor }, { signal: stopping.signal });
            clearNotice("library");
            this.next = page.next;
            const cards = page.videos.map(card);
            if (cursor) byID("video-cards").append(...cards);
            else byID("video-cards").replaceChildren(...cards);
            byID("more-videos").hidden = page.next === null;
            byID("videos-told").textContent = page.total > 0 ? counted(page.total, "video")
                : Object.keys(filters).length > 0 ? "No video fits these filters." : "None yet. Drop one, or choose a file.";
            // The first of the new ones has the focus next, as its button is gone or further down.
            if (cursor) cards[0]?.querySelector("a").focus();
        } catch (error) {
            if (error.name === "AbortError") return;
            this.asked = null;
            showProblem("library", error, { retry: () => this.#list(cursor) });
        }
    }
}

function card(video) {
    const item = copyOf("video-template");
    const part = (name) => item.querySelector(name);
    setAttribute(part("a"), "href", link({ video: video.id }));
    part(".card-name").textContent = video.name;
    part(".card-length").textContent = clock(video.duration);
    setAttribute(part(".card-length"), "aria-label", length(video.duration));
    part(".card-told").textContent = video.isGone ? "The file is gone" : video.isSearchable ? "" : "Encoded otherwise; can't be asked";
    if (video.isGone) part("img").hidden = true;
    else part("img").setAttribute("src", api.thumbnailAddress(video.id, video.duration * 0.3, 180));
    return item;
}
