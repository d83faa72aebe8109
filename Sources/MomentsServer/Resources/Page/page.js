// The page: what belongs together is put together here.
import * as api from "./modules/api.js";
import { initial, isOfVideo } from "./modules/address.js";
import { byID } from "./modules/dom.js";
import { AskForm } from "./modules/parts/ask-form.js";
import { startKeys } from "./modules/parts/keys.js";
import { clearNotice, showProblem } from "./modules/parts/notices.js";
import { askForToken } from "./modules/parts/sign-in.js";
import { startThemeSwitch } from "./modules/parts/theme-switch.js";
import { Uploads } from "./modules/parts/uploads.js";
import { change, onChange, state } from "./modules/place.js";
import { LibraryView } from "./modules/views/library-view.js";
import { VideoView } from "./modules/views/video-view.js";

api.onSignIn(askForToken);
startThemeSwitch();

/** What the server said of itself. */
const context = { model: null, clipLimit: null };

const form = new AskForm({
    ask: (sentence) => change({ sentence, moment: null, at: null, trims: {}, time: null }, { push: true }),
    // The two models may not be the same.
    model: (model) => change({ model, other: state.other === model ? null : state.other, moment: null, trims: {} }, { push: true }),
    other: (other) => change({ other, moment: null, trims: {} }, { push: true }),
});
const library = new LibraryView();
const uploads = new Uploads({
    // Somebody who gives one file wants to ask about it; who gives several stays with the library.
    ready: (job, isOnly) => {
        if (isOnly && !isOfVideo(state) && state.sentence === "") change({ job: job.id }, { push: true });
    },
    done: () => library.refresh(),
});
const video = new VideoView({
    files: uploads.files, context,
    removed: () => {
        library.refresh();
        // There is no way back to what is gone.
        change({ ...initial, model: state.model, other: state.other, cutoff: state.cutoff });
    },
});

startKeys({
    "/": () => form.focus(),
    j: () => (isOfVideo(state) ? video.step(1) : library.search.step(1)),
    k: () => (isOfVideo(state) ? video.step(-1) : library.search.step(-1)),
    ...ofVideo({
        " ": () => video.player.toggle(),
        Enter: () => video.play(),
        ArrowLeft: (event) => video.player.seek(Math.max(0, video.player.time - (event.shiftKey ? 5 : 1))),
        ArrowRight: (event) => video.player.seek(video.player.time + (event.shiftKey ? 5 : 1)),
        "[": () => video.trimHere("start"),
        "]": () => video.trimHere("end"),
        u: () => video.undo(),
        z: () => video.display.timeline.showMoment(),
        a: () => video.display.timeline.showAll(),
        e: () => video.exports.open(),
    }),
});

onChange((next, before, isNavigation) => {
    show(next, before, isNavigation);
    const isOtherPlace = next.video !== before.video && next.job === before.job && !before.job;
    if (isNavigation && isOtherPlace) {
        scrollTo(0, 0);
        byID("main").focus({ preventScroll: true });
    }
});
byID("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byID("main").focus();
});
start();

/** Asks the server for its models, then shows what the address says. */
async function start() {
    clearNotice("start");
    try {
        const [models, numbers] = await Promise.all([api.models(), api.library()]);
        context.model = models.default;
        context.clipLimit = numbers.clipLimit;
        uploads.limit = numbers.uploadLimit;
        form.setModels(models.models);
        const known = new Set(models.models.map((model) => model.name));
        const unknown = [state.model, state.other].filter((name) => name !== null && !known.has(name));
        if (unknown.length > 0) {
            change({ model: known.has(state.model) ? state.model : null, other: known.has(state.other) ? state.other : null });
            showProblem("models", new Error(`This server has no model ${unknown.join(", ")}; its own is asked.`));
        }
        show(state, state, true);
    } catch (error) {
        showProblem("start", error, { retry: start });
    }
}

function show(next, before, isNavigation) {
    if (context.model === null) return;
    form.show({ ...next, model: next.model ?? context.model, isOfVideo: isOfVideo(next) });
    if (isOfVideo(next)) {
        library.hide();
        video.show(next, before, isNavigation);
    } else {
        video.hide();
        library.show(next);
    }
}

function ofVideo(actions) {
    return Object.fromEntries(Object.entries(actions).map(([key, action]) =>
        [key, (event) => (isOfVideo(state) ? void action(event) : false)]));
}
