"""The page on a phone, by keyboard alone, for screen readers, and in both colours."""

import os
import unittest

import support

# Colours of text and what it stands on, and the contrast that WCAG 2.2 asks for (AA).
CONTRAST = """(() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = (color) => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const under = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const style = getComputedStyle(e);
            // Of stripes the one that is nearer to the text counts.
            const stripes = style.backgroundImage.match(/rgba?\\([^)]*\\)/g)?.map(rgb).filter((c) => c[3] === 255);
            if (stripes?.length && e.classList.contains('span')) return stripes;
            const color = rgb(style.backgroundColor);
            if (color[3] === 255) return [color];
        }
        return [[255, 255, 255, 255]];
    };
    const bad = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || element.getClientRects().length === 0 || element.closest('.unseen, [disabled], [aria-disabled=true], video, option, .skip')) continue;
        const style = getComputedStyle(element);
        const size = parseFloat(style.fontSize);
        const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
        const text = luminance(rgb(style.color));
        for (const color of under(element)) {
            const [light, dark] = [text, luminance(color)].sort((a, b) => b - a);
            const ratio = (light + 0.05) / (dark + 0.05);
            if (ratio < least) bad.push(`${element.tagName}.${element.className} "${element.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
        }
    }
    return bad;
})()"""

ROLES = {"button", "link", "textbox", "searchbox", "slider", "combobox", "checkbox", "option", "listbox", "dialog", "Video", "progressbar",
         "spinbutton", "Date"}


class Access(support.PageTest):
    def places(self):
        """The page's states that matter, one after the other."""
        self.open("#/")
        self.page.shows(".card")
        yield "library"
        self.page.click("#filters summary")
        yield "filters"
        self.open("#/?q=a+red+ball")
        self.page.shows(".hit")
        yield "search"
        self.open_video(more="&with=clip")
        self.page.shows(".moment.b")
        self.page.key("j")
        yield "video"
        self.page.key("e")
        yield "export"
        self.page.click("#exporting button.main")
        self.page.key("?")
        yield "keys"
        self.page.click("#keys button.main")
        self.open_video("nothing like it")
        yield "nothing"

    def test_every_control_has_a_name(self):
        for place in self.places():
            with self.subTest(place):
                nameless = []
                for node in self.page.call("Accessibility.getFullAXTree")["nodes"]:
                    role = node.get("role", {}).get("value")
                    if node.get("ignored") or role not in ROLES:
                        continue
                    if not node.get("name", {}).get("value", "").strip():
                        html = self.page.call("DOM.resolveNode", backendNodeId=node["backendDOMNodeId"])["object"].get("description")
                        # The parts of the browser's own player and date fields are its own.
                        if self.page.call("Runtime.callFunctionOn", objectId=self.page.call(
                                "DOM.resolveNode", backendNodeId=node["backendDOMNodeId"])["object"]["objectId"],
                                functionDeclaration="function () { return this.getRootNode() === document && this.tagName !== 'VIDEO' }",
                                returnByValue=True)["result"]["value"]:
                            nameless.append(f"{role}: {html}")
                self.assertEqual(nameless, [])

    def test_ids_are_unique_and_landmarks_are_there(self):
        for place in self.places():
            with self.subTest(place):
                ids = self.page.value("[...document.querySelectorAll('[id]')].map(e => e.id)")
                self.assertEqual(len(ids), len(set(ids)))
                self.assertEqual(self.page.value("['header', 'main', 'nav', '[role=search]'].map(s => document.querySelectorAll(s).length)"), [1, 1, 1, 1])
                self.assertEqual(self.page.value("[...document.querySelectorAll('h1')].filter(e => e.getClientRects().length > 0).length"), 1)

    def test_text_stands_out_in_both_colours(self):
        for dark in (False, True):
            self.replaced(dark=dark)
            for place in self.places():
                with self.subTest(place, dark=dark):
                    self.assertEqual(self.page.value(CONTRAST), [])

    def test_nothing_sticks_out_at_360_pixels(self):
        self.replaced(width=360, height=740, touch=True, scale=2)
        for place in self.places():
            with self.subTest(place):
                self.assertLessEqual(self.page.value("document.documentElement.scrollWidth"), 360)
                out = self.page.value("""[...document.querySelectorAll('main *, header *, dialog[open] *')].filter(e => {
                    const b = e.getBoundingClientRect();
                    return b.width > 0 && (b.right > 361 || b.left < -1) && !e.closest('.unseen, .skip, .tracks, video');
                }).map(e => e.outerHTML.slice(0, 80))""")
                self.assertEqual(out, [])
                self.shot(f"phone-{place}", whole=place not in ("export", "keys"))
        self.page.prefer(dark=True)
        self.open_video()
        self.shot("phone-dark", whole=True)

    def test_what_is_touched_is_large_enough(self):
        self.replaced(width=360, height=740, touch=True)
        for place in self.places():
            with self.subTest(place):
                small = self.page.value("""[...document.querySelectorAll('button, a, select, summary, input:not([type=file]), .handle')].filter(e => {
                    const b = e.getBoundingClientRect();
                    return b.width > 0 && (b.height < 24 || b.width < 24) && !e.closest('p, .unseen, .skip');
                }).map(e => e.outerHTML.slice(0, 80))""")
                self.assertEqual(small, [])

    def test_the_page_is_used_by_keyboard_alone(self):
        self.open()
        self.page.shows(".card")
        self.page.key("Tab")
        self.assertEqual(self.page.value("document.activeElement.id"), "skip")
        self.page.key("Enter")
        self.assertEqual(self.page.value("document.activeElement.id"), "main")
        self.page.key("/")
        self.assertEqual(self.page.value("document.activeElement.id"), "sentence")
        self.page.call("Input.insertText", text="a red ball bounces")
        self.page.key("Enter")
        self.page.shows(".hit")
        self.page.key("Tab")
        self.page.value("document.activeElement.blur()")
        self.page.key("j")
        self.page.key("Enter")
        self.page.shows(".moment.chosen")
        seen = []
        for _ in range(40):
            self.page.key("Tab")
            seen.append(self.page.value("(e => e.id || e.className || e.tagName)(document.activeElement)"))
            outlined = self.page.value("""(e => e === document.body || e.tagName === 'VIDEO' || getComputedStyle(e).outlineStyle !== 'none'
                || getComputedStyle(e, '::before').outlineStyle !== 'none' || getComputedStyle(e, '::after').outlineStyle !== 'none')(document.activeElement)""")
            self.assertTrue(outlined, f"{seen[-1]} shows no focus")
        for part in ("player", "playhead", "span", "handle start", "moment-choose", "trim-start", "export"):
            self.assertTrue(any(part in each for each in seen), f"Tab does not reach {part}: {seen}")

    def test_a_dialog_gives_the_focus_back(self):
        self.open_video()
        self.page.value("document.querySelector('#export').focus()")
        self.page.key("Enter")
        self.page.until("document.querySelector('#exporting').open")
        self.page.key("Escape")
        self.page.until("!document.querySelector('#exporting').open")
        self.assertEqual(self.page.value("document.activeElement.id"), "export")

    def test_the_theme_is_switched_and_kept(self):
        self.open()
        self.page.shows(".card")
        paper = "getComputedStyle(document.body).backgroundColor"
        light = self.page.value(paper)
        self.page.click("#theme")
        self.page.click("#theme")
        dark = self.page.value(paper)
        self.assertNotEqual(dark, light)
        self.page.open(self.mock.address + "/?again")
        self.assertEqual(self.page.value(paper), dark)
        self.page.click("#theme")
        self.assertEqual(self.page.value(paper), light)
        self.page.prefer(dark=True)
        self.assertEqual(self.page.value(paper), dark)

    def test_nothing_moves_for_those_who_want_it_so(self):
        self.open_video()
        moving = """[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0
            || getComputedStyle(e).animationName !== 'none').length"""
        self.assertEqual(self.page.value(moving), 0)
        self.page.prefer(still=False)
        self.assertGreater(self.page.value(moving), 0)

    @unittest.skipUnless(os.environ.get("PAGE_TEST_AXE"), "PAGE_TEST_AXE names no axe.min.js")
    def test_axe_finds_nothing(self):
        with open(os.environ["PAGE_TEST_AXE"], encoding="utf-8") as file:
            axe = file.read()
        for dark in (False, True):
            self.replaced(dark=dark)
            for place in self.places():
                with self.subTest(place, dark=dark):
                    self.page.value(axe + "; 0")
                    found = self.page.value("""axe.run({resultTypes: ['violations']}).then(r =>
                        r.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 100)} ${n.any.map(a => a.message).join(' ').slice(0, 140)}`)))""")
                    self.assertEqual(found, [])


if __name__ == "__main__":
    support.unittest.main()
