// Which videos of the library count: by path, day and length.
import { byID, setAttribute } from "../dom.js";
import { clock, parseClock } from "../time.js";

/** The filter form. Tells `change(filters)` with `path`, `after`, `before`, `longer` and `shorter` of the state. */
export class Filters {
    constructor(change) {
        this.change = change;
        byID("filter-form").addEventListener("submit", (event) => {
            event.preventDefault();
            this.#apply();
        });
        byID("filter-reset").addEventListener("click", () => {
            change({ path: "", after: "", before: "", longer: null, shorter: null });
        });
    }

    /** Shows the state's filters. */
    show(state) {
        byID("filter-path").value = state.path;
        byID("filter-after").value = state.after;
        byID("filter-before").value = state.before;
        for (const name of ["longer", "shorter"]) {
            byID(`filter-${name}`).value = state[name] === null ? "" : clock(state[name]);
            setAttribute(byID(`filter-${name}`), "aria-invalid", null);
        }
        byID("filter-problem").textContent = "";
        const told = words(state);
        byID("filters-told").textContent = told;
        byID("filter-reset").disabled = told === "";
        if (told !== "" && !byID("filters").open) byID("filters").open = true;
    }

    #apply() {
        const filters = { path: byID("filter-path").value.trim(), after: byID("filter-after").value, before: byID("filter-before").value };
        for (const name of ["longer", "shorter"]) {
            const field = byID(`filter-${name}`);
            const seconds = field.value.trim() === "" ? null : parseClock(field.value);
            const isWrong = seconds === null && field.value.trim() !== "";
            setAttribute(field, "aria-invalid", isWrong ? "true" : null);
            if (isWrong) return this.#problem("Write a length as 90, 1:30 or 1:02:30.", field);
            filters[name] = seconds;
        }
        if (filters.longer !== null && filters.shorter !== null && filters.longer > filters.shorter) {
            return this.#problem("The shortest length is above the longest.", byID("filter-longer"));
        }
        if (filters.after && filters.before && filters.after > filters.before) {
            return this.#problem("The first day is after the last.", byID("filter-after"));
        }
        this.#problem("");
        this.change(filters);
    }

    #problem(text, field) {
        byID("filter-problem").textContent = text;
        field?.focus();
    }
}

/** The filters as the server takes them; days are those of the user's clock. */
export function requestFilters(state) {
    const filters = {};
    if (state.path) filters.path = state.path;
    if (state.after) filters.after = midnight(state.after, 0);
    if (state.before) filters.before = midnight(state.before, 1);
    if (state.longer !== null) filters.minDuration = state.longer;
    if (state.shorter !== null) filters.maxDuration = state.shorter;
    return filters;
}

function midnight(day, later) {
    const [year, month, date] = day.split("-").map(Number);
    // Without the thousandths, which not every reader of such times takes.
    return new Date(year, month - 1, date + later).toISOString().replace(/\.\d+Z$/, "Z");
}

function words(state) {
    const parts = [];
    if (state.path) parts.push(`path holds “${state.path}”`);
    if (state.after || state.before) parts.push(`added ${[state.after && `from ${state.after}`, state.before && `to ${state.before}`].filter(Boolean).join(" ")}`);
    if (state.longer !== null || state.shorter !== null) {
        parts.push([state.longer !== null && `at least ${clock(state.longer)}`, state.shorter !== null && `at most ${clock(state.shorter)}`].filter(Boolean).join(", "));
    }
    return parts.join(" · ");
}
