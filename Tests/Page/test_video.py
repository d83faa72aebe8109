"""One video: player, timeline, moments, keys, trimming, comparison, export."""

import csv
import io
import json
import re
import time

import support
from mock_server import Refusal


class VideoPage(support.PageTest):
    def now(self):
        return self.page.value("document.querySelector('#player').currentTime")

    def is_playing(self):
        return self.page.value("!document.querySelector('#player').paused")

    def chosen(self):
        return self.page.value("document.querySelector('.moment.chosen')?.dataset.key ?? null")

    def found(self, key):
        """Start and end of a moment, as the fields of the chosen one or the bar's title tell them."""
        title = self.page.value(f"document.querySelector('.span[data-key={key}]').title")
        def seconds(text):
            return sum(float(part) * 60 ** index for index, part in enumerate(reversed(text.split(":"))))
        start, end = re.search(r": ([\d:.]+) – ([\d:.]+),", title).groups()
        return seconds(start), seconds(end)

    def test_a_sentence_is_asked_and_its_moments_are_shown(self):
        self.open(f"#/video/{self.videos[0].id}")
        self.page.shows(".hint")
        self.page.write("#sentence", "a red ball bounces")
        self.page.key("Enter")
        self.page.shows(".moment")
        self.assertIn("q=a+red+ball+bounces", self.address())
        self.assertEqual(self.page.value("document.querySelectorAll('.span[role=option]').length"),
                         self.page.value("document.querySelectorAll('.moment').length"))
        self.assertRegex(self.page.text("#answers-title"), r"^\d+ moments$")
        self.assertTrue(self.page.value("document.querySelector('.line.a').getAttribute('d').length > 50"))
        self.page.until("document.querySelector('#status').textContent.includes('found')")
        self.shot("video-light")

    def test_a_video_is_removed_once_that_is_meant(self):
        video = self.videos[0]
        self.open_video()
        for answer in ("keep", None, "remove"):
            self.page.click("#remove")
            self.page.until("document.querySelector('#removing').open")
            self.assertEqual(self.page.text("#removing-told"), video.name)
            self.assertIn(video.id, self.mock.videos)
            if answer:
                self.page.click(f"#removing button[value={answer}]")
            else:
                self.page.key("Escape")
            self.page.until("!document.querySelector('#removing').open")
        self.page.until("location.hash.startsWith('#/') && !location.hash.includes('video')")
        self.page.until("document.querySelectorAll('.card').length === 1")
        self.assertNotIn(video.id, self.mock.videos)
        self.assertEqual(len([1 for method, _, _ in self.mock.asked if method == "DELETE"]), 1)

    def test_a_video_that_cannot_be_removed_stays_and_the_reason_is_told(self):
        video = self.videos[0]
        self.open_video()
        self.mock.refusals[f"/v1/videos/{video.id}"] = Refusal(507, "storage", "The disk is full.")
        self.page.click("#remove")
        self.page.click("#removing button[value=remove]")
        self.page.until("document.body.textContent.includes('The disk is full.')")
        self.assertIn(video.id, self.address())
        self.assertIn(video.id, self.mock.videos)

    def test_curve_bars_and_play_position_share_one_axis(self):
        self.open_video()
        start, end = self.found("a1")
        duration = self.videos[0].duration
        left, _, width, _ = self.page.box(".tracks")
        bar = self.page.box(".span[data-key=a1]")
        self.assertAlmostEqual(bar[0], left + width * start / duration, delta=2)
        self.assertAlmostEqual(bar[2], width * (end - start) / duration, delta=3.5)
        # A click on the curve goes to that time, and the play position stands there.
        self.page.click(".curves", across=0.5)
        self.page.until(f"Math.abs(document.querySelector('#player').currentTime - {duration / 2}) < 0.1")
        head = self.page.box(".playhead")
        self.assertAlmostEqual(head[0], left + width / 2, delta=1.5)
        self.assertRegex(self.address(), r"t=\d+")

    def test_a_click_on_a_bar_plays_the_moment_and_stops_at_its_end(self):
        self.open_video()
        start, end = self.found("a2")
        self.page.value("document.querySelector('#player').playbackRate = 4")
        self.page.click(".span[data-key=a2]")
        self.page.until("!document.querySelector('#player').paused")
        self.assertEqual(self.chosen(), "a2")
        self.page.until("document.querySelector('#player').paused", 15)
        self.page.until("!document.querySelector('#player').seeking")
        self.assertAlmostEqual(self.now(), end, delta=0.1)
        self.assertTrue(self.page.value("document.querySelector('#player-span').hidden"))
        self.assertIn("moment=a2", self.address())

    def test_a_seek_while_a_moment_plays_leaves_it(self):
        self.open_video()
        _, end = self.found("a1")
        self.page.click(".moment[data-key=a1] .moment-choose")
        self.page.until("!document.querySelector('#player').paused")
        self.page.click(".curves", across=0.6)
        time.sleep(0.3)
        self.assertTrue(self.page.value("document.querySelector('#player-span').hidden"))
        self.assertTrue(self.is_playing())
        self.assertGreater(self.now(), self.videos[0].duration * 0.55)

    def test_keys_go_through_the_moments(self):
        self.open_video()
        self.page.key("j")
        self.assertEqual(self.chosen(), "a1")
        self.page.key("j")
        self.assertEqual(self.chosen(), "a2")
        start, _ = self.found("a2")
        self.page.until(f"Math.abs(document.querySelector('#player').currentTime - {start}) < 0.1")
        self.page.key("k")
        self.page.key("k")
        self.assertEqual(self.chosen(), "a1")
        self.page.key(" ")
        self.page.until("!document.querySelector('#player').paused")
        self.page.key(" ")
        self.page.until("document.querySelector('#player').paused")
        before = self.now()
        self.page.key("ArrowRight")
        self.page.until(f"Math.abs(document.querySelector('#player').currentTime - {before} - 1) < 0.1")

    def test_keys_do_nothing_while_somebody_writes_or_has_turned_them_off(self):
        self.open_video()
        before = self.chosen()
        self.page.write("#sentence", "")
        for key in "jje?[ ":
            self.page.key(key)
        self.assertEqual(self.page.value("document.querySelector('#sentence').value"), "jje?[ ")
        self.assertEqual(self.chosen(), before)
        self.assertFalse(self.page.value("document.querySelector('dialog[open]') !== null"))
        self.page.click("#show-keys")
        self.shot("keys")
        self.page.click("#keys-on")
        self.page.click("#keys button.main")
        self.page.key("j")
        self.assertNotIn("moment=", self.address())

    def test_brackets_trim_the_chosen_moment_and_u_undoes_it(self):
        self.open_video()
        start, end = self.found("a1")
        self.page.key("j")
        self.page.key("ArrowRight")
        self.page.until(f"document.querySelector('#player').currentTime > {start + 0.9}")
        self.page.key("[")
        self.assertAlmostEqual(self.found("a1")[0], start + 1, delta=0.11)
        self.page.until("!document.querySelector('#player').seeking")
        self.page.key("ArrowRight")
        self.page.until(f"document.querySelector('#player').currentTime > {start + 1.9}")
        self.page.key("]")
        self.assertAlmostEqual(self.found("a1")[1], start + 2, delta=0.11)
        self.assertIn("trim=a1:", self.address())
        self.assertTrue(self.page.has(".span-original"))
        self.page.key("u")
        self.assertEqual(self.found("a1"), (start, end))
        self.assertNotIn("trim", self.address())

    def test_handles_are_dragged_and_moved_by_arrows(self):
        self.open_video()
        start, end = self.found("a1")
        self.page.click(".span[data-key=a1]")
        self.page.key(" ")
        width = self.page.box(".tracks")[2]
        second = width / self.videos[0].duration
        self.page.drag(".lane-field .handle.end", dx=round(second * 3), across=0.2)
        trimmed = self.found("a1")[1]
        self.assertAlmostEqual(trimmed, end + 3, delta=0.3)
        self.page.until(f"Math.abs(document.querySelector('#player').currentTime - {trimmed}) < 0.15")
        self.assertIn("trim=a1:", self.address())
        self.page.value("document.querySelector('.handle.start').focus()")
        self.page.key("ArrowRight")
        self.page.key("ArrowRight", shift=True)
        self.assertAlmostEqual(self.found("a1")[0], start + 1.1, delta=0.11)
        self.assertIn("second", self.page.value("document.querySelector('.handle.start').getAttribute('aria-valuetext')"))
        self.shot("trimmed")

    def test_the_times_of_a_moment_can_be_written(self):
        self.open_video()
        self.page.click(".moment[data-key=a1] .moment-choose")
        self.page.key(" ")
        self.page.write(".moment[data-key=a1] .trim-end", "0:30.5")
        self.page.key("Enter")
        self.assertEqual(self.found("a1")[1], 30.5)
        self.page.write(".moment[data-key=a1] .trim-end", "later")
        self.page.key("Enter")
        self.assertEqual(self.found("a1")[1], 30.5)
        self.assertEqual(self.page.value("document.querySelector('.trim-end[aria-invalid=true]') !== null"), True)

    def test_bars_are_one_tab_stop_and_arrows_go_in_the_order_of_time(self):
        self.open_video()
        self.page.click(".span[data-key=a1]")
        stops = self.page.value("[...document.querySelectorAll('.span[role=option]')].filter(e => e.tabIndex === 0).map(e => e.dataset.key)")
        self.assertEqual(stops, ["a1"])
        starts = {key: self.found(key)[0] for key in self.page.value(
            "[...document.querySelectorAll('.span[role=option]')].map(e => e.dataset.key)")}
        order = sorted(starts, key=starts.get)
        self.page.key("Home")
        self.assertEqual(self.page.value("document.activeElement.dataset.key"), order[0])
        self.page.key("ArrowRight")
        self.assertEqual(self.page.value("document.activeElement.dataset.key"), order[1])
        self.assertEqual(self.chosen(), order[1])
        self.page.key("End")
        self.assertEqual(self.chosen(), order[-1])

    def test_the_cut_off_hides_what_is_below(self):
        self.open_video()
        before = self.page.value("document.querySelectorAll('.moment').length")
        self.page.value("document.querySelector('#answers-cutoff input').focus()")
        for _ in range(2):
            self.page.key("PageUp")
        for _ in range(10):
            self.page.key("ArrowRight")
        value = int(self.page.value("document.querySelector('#answers-cutoff input').value"))
        self.assertGreater(value, 55)
        scores = [int(text.split()[0]) for text in self.page.texts(".moment .percent")]
        self.assertLess(len(scores), before)
        self.assertGreaterEqual(min(scores), value - 1)
        self.assertIn(f"cut={value}", self.address())
        self.assertIn("below", self.page.text("#answers-cutoff"))
        self.assertTrue(self.page.has(".below"))

    def test_no_confident_moment_is_an_answer(self):
        self.open_video("nothing of the kind")
        self.assertEqual(self.page.texts(".moment"), [])
        self.assertIn("No confident moment", self.page.text("#answers-none"))
        self.assertRegex(self.page.text("#answers-none"), r"The best is [\d:]+ – [\d:]+ with \d+ %, below the cut-off of 50 %")
        self.page.until("document.querySelector('#status').textContent === 'No confident moment.'")
        self.shot("no-confident-moment")
        self.page.click("#answers-none button")
        self.page.shows(".moment")
        self.assertEqual(self.page.value("document.querySelectorAll('.moment').length"), 1)

    def test_scores_that_are_no_probabilities_say_so(self):
        self.open_video(more="&model=qd-detr")
        self.assertEqual(set(self.page.texts(".moment .score-tag")), {"uncalibrated"})
        self.assertIn("are uncalibrated", self.page.text("#answers-meaning"))
        self.assertIn("simulated", self.page.text("#answers-meaning"))
        self.assertIn("own scale", self.page.text("#legend"))
        self.open_video(more="&model=clip")
        self.page.until("document.querySelector('.moment .score-tag').textContent === 'by rule'")
        self.open_video()
        self.page.until("document.querySelector('.moment .score-tag').textContent === ''")

    def test_two_models_are_compared_on_one_axis(self):
        self.open_video()
        self.page.pick("#other", "clip")
        self.page.shows(".moment.b")
        self.assertEqual(self.page.texts(".row-name"), ["A · cdnet", "B · clip"])
        self.assertTrue(self.page.value("document.querySelector('.line.b').getAttribute('d').length > 50"))
        self.assertRegex(self.page.text(".moment[data-key=a1] .moment-other"), r"^B\d+ overlaps by \d+ % \(IoU\)$|^B finds nothing here$")
        self.assertEqual(len([1 for method, path, _ in self.mock.asked if path == "/v1/find"]), 2, "the first model was asked again")
        self.assertIn("with=clip", self.address())
        self.shot("comparison-light")
        self.page.click(".lanes.b .span[data-key=b1]")
        self.assertEqual(self.chosen(), "b1")
        self.page.key(" ")
        self.page.prefer(dark=True)
        self.shot("comparison-dark")

    def test_the_list_can_be_ordered_by_time(self):
        self.open_video()
        self.page.click("#sort")
        starts = [self.found(key)[0] for key in self.page.value("[...document.querySelectorAll('.moment')].map(e => e.dataset.key)")]
        self.assertEqual(starts, sorted(starts))
        self.assertIn("sort=time", self.address())

    def test_the_axis_is_magnified_and_moved(self):
        self.open_video()
        start, end = self.found("a1")
        self.page.key("j")
        self.page.key("z")
        self.page.until("!document.querySelector('#overview').hidden")
        bar, tracks = self.page.box(".span[data-key=a1]"), self.page.box(".tracks")
        self.assertGreater(bar[2] / tracks[2], 0.25)
        self.assertRegex(self.address(), r"from=[\d.]+&to=[\d.]+")
        self.shot("magnified")
        self.page.click("#overview", across=0.98)
        self.assertRegex(self.address(), rf"to={self.videos[0].duration:g}$")
        self.page.click("#overview", across=0.02)
        self.assertRegex(self.address(), "from=0&")
        self.page.key("a")
        self.page.until("document.querySelector('#overview').hidden")

    def test_a_link_shows_the_same_to_somebody_else(self):
        self.open_video()
        self.page.click(".span[data-key=a2]")
        self.page.key(" ")
        self.page.until("document.querySelector('#player').paused")
        self.page.until("!document.querySelector('#player').seeking")
        self.page.write(".moment[data-key=a2] .trim-end", "0:33")
        self.page.key("Enter")
        self.page.pick("#other", "clip")
        self.page.shows(".moment.b")
        self.page.click(".span[data-key=a2]")
        self.page.key(" ")
        hash = self.address()
        shown = self.page.texts(".moment"), self.page.text("#timeline-time")
        self.replaced()
        self.open(hash)
        self.page.shows(".moment.b")
        self.page.until("document.querySelector('#player').readyState >= 1 && !document.querySelector('#player').seeking")
        self.assertEqual((self.page.texts(".moment"), self.page.text("#timeline-time")), shown)
        self.assertEqual(self.address(), hash)

    def test_back_and_forward_go_through_the_questions(self):
        self.open("#/")
        self.page.shows(".card")
        self.page.click(".card")
        self.page.shows(".hint")
        for sentence in ("a red ball", "a blue star"):
            self.page.write("#sentence", sentence)
            self.page.key("Enter")
            self.page.until(f"location.hash.includes('{sentence.split()[-1]}') && document.querySelector('.moment')")
        self.page.back()
        self.page.until("document.querySelector('#sentence').value === 'a red ball'")
        self.page.back()
        self.page.until("document.querySelector('#sentence').value === ''")
        self.page.back()
        self.page.shows(".card")
        self.page.value("history.forward()")
        self.page.shows(".hint")

    def test_names_are_text_and_never_marks(self):
        video = self.videos[1]
        self.open_video("an <img src=x onerror=alert(1)> & a dog".replace("&", "%26"), video=video)
        self.assertEqual(self.page.text("#video-title"), video.name)
        self.assertIn("<img src=x onerror=alert(1)> & a dog", self.page.value("document.title"))
        self.open("#/")
        self.page.shows(".card")
        self.assertIn(video.name, self.page.texts(".card-name"))
        self.assertEqual(self.page.value("document.querySelectorAll('#video-cards b').length"), 0)

    def test_a_clip_is_exported_exactly_or_as_a_copy(self):
        self.open_video()
        start, end = self.found("a1")
        self.page.key("j")
        self.page.key("e")
        self.assertEqual(self.page.value("document.activeElement.id"), "export-exact")
        self.shot("export")
        name, content = self.page.download(lambda: self.page.click("#export-exact"))
        self.assertEqual(name, "clip.mp4")
        self.assertGreater(len(content), 1000)
        method, path, query = next(each for each in reversed(self.mock.asked) if each[1].endswith("/clip"))
        self.assertEqual(query["mode"], "exact")
        self.assertAlmostEqual(float(query["start"]), start, delta=0.06)
        self.assertAlmostEqual(float(query["end"]), end, delta=0.06)
        self.page.download(lambda: self.page.click("#export-copy"))
        self.assertEqual(next(each for each in reversed(self.mock.asked) if each[1].endswith("/clip"))[2]["mode"], "copy")

    def test_the_list_is_exported_in_four_formats(self):
        self.open_video(more="&with=clip")
        self.page.shows(".moment.b")
        count = self.page.value("document.querySelectorAll('.moment').length")
        self.page.click("#export")
        saved = {}
        for format in ("json", "csv", "vtt", "edl"):
            name, content = self.page.download(lambda: self.page.click(f"[data-format={format}]"))
            self.assertEqual(name, f"harbour-a-red-ball-bounces.{format}")
            saved[format] = content.decode()
        lines = list(csv.DictReader(io.StringIO(saved["csv"])))
        self.assertEqual(len(lines), count)
        self.assertEqual({line["model"] for line in lines}, {"cdnet", "clip"})
        answers = [json.loads(line) for line in saved["json"].splitlines()]
        self.assertEqual([answer["model"] for answer in answers], ["cdnet", "clip"])
        self.assertEqual(sum(len(answer["moments"]) for answer in answers), count)
        self.assertEqual(saved["vtt"].count(" --> "), count)
        self.assertTrue(saved["vtt"].startswith("WEBVTT\n"))
        self.assertEqual(len(re.findall(r"^\d{3}  AX       AA/V  C", saved["edl"], re.M)), count)
        # The browser reads the cues as they were meant.
        cues = self.page.value(f"""new Promise(resolve => {{
            const track = document.createElement('track');
            track.src = URL.createObjectURL(new Blob([{json.dumps(saved['vtt'])}], {{type: 'text/vtt'}}));
            track.kind = 'chapters';
            document.querySelector('#player').append(track);
            track.track.mode = 'hidden';
            track.onload = () => resolve(track.track.cues.length);
            track.onerror = () => resolve(-1);
        }})""")
        self.assertEqual(cues, count)

    def test_the_link_is_copied_or_marked(self):
        self.open_video()
        self.page.until("location.hash.includes('t=')")
        self.page.click("#export")
        self.page.click("#copy-link")
        self.page.until("document.querySelector('#export-done').textContent.includes('link')")
        self.assertEqual(self.page.value("document.querySelector('#link').value"), self.page.value("location.href"))

    def test_a_moment_of_a_file_that_the_browser_cannot_play_is_played_as_a_clip(self):
        # A file that is no video: the browser gives up, as on a container that it does not know.
        clip = self.videos[0].path
        self.videos[0].path = __file__
        original, self.mock._getClip = self.mock._getClip, lambda handler, *_: self.mock._file(handler, clip)
        try:
            self.open(f"#/video/{self.videos[0].id}?q=a+red+ball+bounces")
            self.page.shows(".moment")
            self.page.until("document.querySelector('#player-problem').textContent.includes('played as clips')")
            self.page.click(".span[data-key=a2]")
            self.page.until("!document.querySelector('#player').paused && document.querySelector('#player').readyState >= 2")
            start, end = self.found("a2")
            self.page.until(f"document.querySelector('#timeline-time').textContent.length > 0")
            self.assertIn("/clip?", self.page.value("document.querySelector('#player').src"))
            shown = self.page.text("#timeline-time").split(" / ")[0]
            minutes, seconds = shown.split(":")
            self.assertTrue(start - 0.1 <= int(minutes) * 60 + float(seconds) <= end + 0.1, shown)
        finally:
            self.mock._getClip = original

    def test_a_video_whose_file_is_gone_is_still_asked(self):
        self.videos[0].is_gone = True
        self.open(f"#/video/{self.videos[0].id}?q=a+red+ball+bounces")
        self.page.shows(".moment")
        self.assertIn("no longer there", self.page.text("#player-problem"))
        self.page.key("j")
        self.assertEqual(self.chosen(), "a1")


if __name__ == "__main__":
    support.unittest.main()
