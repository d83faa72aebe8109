"""What a user does, on the real server with real files: `scripts/page-test --real`."""

import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest

import support
from chromium import Chromium
from real_materials import Materials

# A video among the samples, and one of its sentences.
VIDEO = "world7-test-0064.mp4"
SENTENCE = "There is a pink box that crashes into the crescent."


class OnRealServer(unittest.TestCase):
    """A test on a server of the samples, with a fresh page."""

    @classmethod
    def setUpClass(cls):
        cls.materials = Materials(os.environ["PAGE_TEST_MOMENTS"])
        cls.folder = tempfile.mkdtemp(prefix="moments-page-real-")
        library = cls.materials.library(os.path.join(cls.folder, "library"))
        cls.log = open(os.path.join(cls.folder, "log"), "w+", encoding="utf-8")
        cls.server = cls.materials.serve(library, stderr=cls.log)
        cls.address = cls.server.stdout.readline().strip().rstrip("/")
        if not cls.address.startswith("http://"):
            cls.log.seek(0)
            raise RuntimeError(f"the server does not start: {cls.log.read()[-800:]}")
        cls.browser = Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait(30)
        cls.server.stdout.close()
        cls.log.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.page = self.browser.page()
        self.page.open(self.address + "/")
        self.page.shows(".card", 20)

    def tearDown(self):
        problems = self.page.problems()
        self.page.close()
        self.assertEqual(problems, [])

    def shot(self, name, whole=False):
        self.page.shot(os.path.join(support.SHOTS, f"real-{name}.png"), whole)

    def open_video(self, name=VIDEO):
        index = self.page.texts(".card-name").index(name) + 1
        self.page.click(f"#video-cards li:nth-child({index}) .card")
        self.page.until("document.querySelector('#player').readyState >= 1", 20)

    def ask(self, sentence=SENTENCE):
        self.page.write("#sentence", sentence)
        self.page.key("Enter")

    def everything(self):
        """Lowers the cut-off to nothing."""
        self.page.shows(".moment, .nothing", 30)
        self.page.value("document.querySelector('#answers-cutoff input').focus()")
        self.page.key("Home")
        self.page.shows(".moment")


class RealServer(OnRealServer):
    """What a user does."""

    def test_the_library_shows_its_videos_with_pictures(self):
        self.assertGreaterEqual(len(self.page.texts(".card")), 2)
        self.page.until("[...document.querySelectorAll('.card img')].every(i => i.naturalWidth > 0)", 20)
        self.shot("library")

    def test_a_moment_is_found_played_trimmed_and_cut_out(self):
        self.open_video()
        self.page.pick("#model", "zero-shot")
        self.ask()
        self.everything()
        self.page.until("document.querySelectorAll('.thumbnails img.there').length > 4", 20)
        self.assertEqual(set(self.page.texts(".moment .score-tag")), {"by rule"})
        self.shot("video")
        self.page.click(".span[data-key=a1]")
        self.page.until("!document.querySelector('#player').paused", 10)
        end = self.page.value("document.querySelector('.handle.end').getAttribute('aria-valuenow')")
        self.page.value("document.querySelector('#player').playbackRate = 8")
        self.page.until("document.querySelector('#player').paused && !document.querySelector('#player').seeking", 30)
        self.assertAlmostEqual(self.page.value("document.querySelector('#player').currentTime"), float(end), delta=0.15)
        # On a bar the arrows go to the next one.
        self.page.value("document.activeElement.blur()")
        self.page.key("j")
        self.page.until("!document.querySelector('#player').seeking")
        self.page.key("ArrowRight")
        self.page.until("!document.querySelector('#player').seeking")
        self.page.key("[")
        self.page.until("/trim=a[0-9]+:/.test(location.hash)")
        self.page.key("e")
        for link, what in (("#export-exact", "exact"), ("#export-copy", "copy")):
            name, content = self.page.download(lambda: self.page.click(link), 60)
            self.assertTrue(name.endswith(".mp4"), name)
            self.assertEqual(content[4:8], b"ftyp", what)
            self.assertEqual(len(content) > 2000, True, what)

    def test_a_clip_lasts_as_long_as_the_moment(self):
        self.open_video()
        self.ask()
        self.everything()
        self.page.key("j")
        span = self.page.value("['start', 'end'].map(e => +document.querySelector('.handle.' + e).getAttribute('aria-valuenow'))")
        self.page.key("e")
        _, content = self.page.download(lambda: self.page.click("#export-exact"), 60)
        place = content.index(b"mvhd") + 4
        scale, duration = struct.unpack(">II", content[place + 12:place + 20]) if content[place] == 0 else struct.unpack(">IQ", content[place + 20:place + 32])
        self.assertAlmostEqual(duration / scale, span[1] - span[0], delta=0.35)

    def test_the_models_answer_is_the_samples(self):
        self.open_video()
        self.ask()
        self.page.shows(".moment", 30)
        span = self.page.value("['start', 'end'].map(e => +document.querySelector('.handle.' + e).getAttribute('aria-valuenow'))")
        # Annotated: 4 to 24 s.
        overlap = min(span[1], 24) - max(span[0], 4)
        self.assertGreater(overlap / (max(span[1], 24) - min(span[0], 4)), 0.5, span)
        self.shot("model")

    def test_two_models_are_compared(self):
        self.open_video()
        self.ask()
        self.page.pick("#model", "zero-shot")
        self.page.pick("#other", Materials.MODEL)
        self.everything()
        self.page.shows(".moment.b", 30)
        self.assertEqual(self.page.texts(".row-name"), ["A · zero-shot", f"B · {Materials.MODEL}"])
        self.assertIn(f"{Materials.MODEL}: scores are", self.page.text("#answers-meaning"))
        self.shot("comparison")

    def test_the_library_is_searched(self):
        self.page.pick("#model", "zero-shot")
        self.ask()
        self.page.until("document.querySelector('.hit, .nothing')", 60)
        self.page.value("document.querySelector('#found-cutoff input').focus()")
        self.page.key("Home")
        self.page.shows(".hit")
        self.shot("search")
        self.page.click(".hit")
        self.page.until("document.querySelector('#video-title').textContent.endsWith('.mp4')")
        self.page.until("!location.hash.includes('at=')", 30)

    def test_filters_are_the_servers(self):
        self.page.click("#filters summary")
        self.page.write("#filter-path", "TEST-0049")
        self.page.key("Enter")
        self.page.until("document.querySelectorAll('.card').length === 1")
        self.page.click("#filter-reset")
        self.page.until("document.querySelectorAll('.card').length >= 2")
        self.page.value("document.querySelector('#filter-before').value = '2020-01-01'")
        self.page.click("#filter-form button[type=submit]")
        self.page.until("document.querySelector('#videos-told').textContent.includes('No video fits')")

    def test_a_file_is_given_indexed_and_asked(self):
        # The same pictures under a number of other bytes: another video to the library.
        path = os.path.join(self.folder, "given by hand.mp4")
        with open(self.materials.videos[0], "rb") as source, open(path, "wb") as target:
            target.write(source.read() + struct.pack(">I4s", 16, b"free") + os.urandom(8))
        self.page.drop_files("#videos", [path])
        self.page.until("location.hash.startsWith('#/job/') || location.hash.startsWith('#/video/')", 20)
        self.ask()
        self.page.until("location.hash.startsWith('#/video/')", 120)
        self.page.until("document.querySelector('.moment, .nothing') && document.querySelector('.line.a').getAttribute('d')", 60)
        self.assertTrue(self.page.text("#video-title").startswith("given by hand"), self.page.text("#video-title"))
        self.assertFalse(self.page.has(".unindexed"))
        self.page.click(".brand")
        self.page.until("[...document.querySelectorAll('.card-name')].some(e => e.textContent.startsWith('given by hand'))")

    def test_what_is_no_video_is_refused_with_a_reason(self):
        path = os.path.join(self.folder, "broken.mp4")
        with open(path, "wb") as file:
            file.write(b"this is no video" * 100)
        self.page.give_files("#file", [path])
        self.page.until("document.querySelector('.job.problem, .notice.problem')", 60)
        self.assertGreater(len(self.page.text(".job.problem .job-told") or self.page.text(".notice.problem p")), 10)

    def test_a_wrong_link_says_so(self):
        self.page.open(self.address + "/#/video/" + "0" * 64)
        self.page.until("document.querySelector('.notice.problem')")

    def test_nothing_comes_from_elsewhere_and_the_policy_is_strict(self):
        self.open_video()
        self.ask()
        self.page.shows(".moment, .nothing", 30)
        self.assertEqual([address for address in self.page.requests() if not address.startswith((self.address, "about:", "blob:", "data:"))], [])
        policy = self.page.value("fetch('/').then(r => r.headers.get('content-security-policy'))")
        self.assertIn("default-src 'none'", policy)
        self.assertIn("script-src 'self'", policy)
        self.assertNotIn("unsafe", policy)


class Token(unittest.TestCase):
    """A server that asks for a token."""

    def test_a_shared_link_survives_the_sign_in(self):
        materials = Materials(os.environ["PAGE_TEST_MOMENTS"])
        with tempfile.TemporaryDirectory(prefix="moments-page-token-") as folder, Chromium() as browser:
            library = materials.library(os.path.join(folder, "library"))
            server = materials.serve(
                library, stderr=subprocess.DEVNULL, env={**os.environ, "MOMENTS_TOKEN": "a-token-of-the-tests"})
            try:
                address = server.stdout.readline().strip()
                page = browser.page()
                page.open(address + "#/?q=a+red+star")
                page.until("document.querySelector('#signing-in').open", 15)
                page.write("#token", "a-token-of-nobody")
                page.key("Enter")
                page.until("document.querySelector('#sign-in-problem').textContent !== ''")
                page.write("#token", "a-token-of-the-tests")
                page.key("Enter")
                page.until("document.querySelector('.hit, .nothing')", 60)
                time.sleep(0.1)
                self.assertEqual(page.problems(), [])
            finally:
                server.terminate()
                server.wait(30)
                server.stdout.close()


if __name__ == "__main__":
    unittest.main()
