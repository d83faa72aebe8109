// What the tests of the modules use: named checks, whose failures are collected for the runner.

const results = [];

/** One behaviour. */
export function test(name, body) {
    try {
        body();
        results.push({ name, problem: null });
    } catch (error) {
        results.push({ name, problem: error.message });
    }
}

/** Two values are the same, as JSON writes them. */
export function equal(actual, expected, what = "") {
    const [one, other] = [actual, expected].map((value) => JSON.stringify(value, (_, part) => (Object.is(part, -0) ? 0 : part)));
    if (one !== other) throw new Error(`${what} is ${one}, not ${other}`.trim());
}

/** Two numbers differ by no more than rounding. */
export function near(actual, expected, what = "") {
    if (!(Math.abs(actual - expected) < 1e-9)) throw new Error(`${what} is ${actual}, not ${expected}`.trim());
}

/** Something holds. */
export function holds(condition, what) {
    if (!condition) throw new Error(what);
}

/** What has been tested so far. */
export function outcome() {
    return results;
}
