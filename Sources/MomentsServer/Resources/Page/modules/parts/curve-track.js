// The highlight curves of one or two models.
import { make, makeSVG, setAttribute } from "../dom.js";
import { curvePoints } from "../curve.js";

const height = 100;
const width = 1000;

/** Draws curves over the axis; each is told from the other by colour and by its line. */
export class CurveTrack {
    constructor() {
        this.paths = {};
        const drawn = [];
        for (const side of ["a", "b"]) {
            this.paths[side] = { area: makeSVG("path", { class: `area ${side}` }), line: makeSVG("path", { class: `line ${side}` }) };
            drawn.push(this.paths[side].area, this.paths[side].line);
        }
        this.element = make("div", { class: "curves", "aria-hidden": "true" },
            make("span", { class: "scale" }, "100 %"),
            makeSVG("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" },
                makeSVG("path", { class: "grid", d: `M0 0H${width}M0 ${height / 2}H${width}M0 ${height}H${width}` }), ...drawn));
    }

    /** `curves` has for a side its values (0…1) and clip length; a missing side has none. */
    show(axis, curves, duration) {
        const isBare = !curves.a && !curves.b;
        this.element.classList.toggle("bare", isBare);
        this.element.classList.toggle("own-scale", Boolean(curves.a?.isOwnScale));
        for (const side of ["a", "b"]) {
            const curve = curves[side];
            const points = curve ? curvePoints(curve.values, curve.clipLength, axis, { duration, most: 600 }) : [];
            const lines = pieces(points);
            setAttribute(this.paths[side].line, "d", lines.map((piece) => "M" + piece.map(written).join("L")).join("") || null);
            const areas = lines.map((piece) =>
                `M${x(piece[0])} ${height}L${piece.map(written).join("L")}L${x(piece.at(-1))} ${height}Z`);
            setAttribute(this.paths[side].area, "d", side === "a" ? areas.join("") || null : null);
        }
    }
}

function pieces(points) {
    const found = [[]];
    for (const point of points) {
        if (point === null) found.push([]);
        else found.at(-1).push(point);
    }
    return found.filter((piece) => piece.length > 1);
}

function x(point) {
    return (point[0] * width).toFixed(2);
}

function written(point) {
    return `${x(point)} ${((1 - Math.min(1, Math.max(0, point[1]))) * height).toFixed(2)}`;
}
