"""What the page's tests share: a browser, a server, videos, and where pictures are kept."""

import glob
import json
import os
import time
import unittest

from chromium import Chromium
from mock_server import MockServer, Video

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RESOURCES = os.path.join(ROOT, "Sources", "MomentsServer", "Resources")
SHOTS = os.environ.get("PAGE_TEST_SHOTS", os.path.join(ROOT, ".build", "page-test"))


def world_videos():
    """The small world's videos, which scripts/page-test has rendered: (path, seconds) each."""
    folder = os.environ["PAGE_TEST_WORLD"]
    lengths = {}
    for file in glob.glob(os.path.join(folder, "*.jsonl")):
        with open(file, encoding="utf-8") as lines:
            lengths.update({line["vid"]: line["duration"] for line in map(json.loads, lines)})
    return [(path, float(lengths[os.path.splitext(os.path.basename(path))[0]]))
            for path in sorted(glob.glob(os.path.join(folder, "videos", "*.mp4")))]


class PageTest(unittest.TestCase):
    """A test on the mock server, with a fresh page."""

    @classmethod
    def setUpClass(cls):
        cls.files = world_videos()
        cls.browser = Chromium()
        cls.mock = MockServer(os.path.join(RESOURCES, "Page"), os.path.join(RESOURCES, "openapi.json"), [])

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.mock.close()

    def setUp(self):
        self.videos = [Video(path, name, seconds, days=index) for index, ((path, seconds), name) in enumerate(
            zip(self.files, ["harbour.mp4", "a walk in the <b>park</b> & back.mp4"]))]
        self.mock.reset(list(self.videos))
        self.page = self.browser.page()
        self.allowed = []

    def tearDown(self):
        # Whatever else a test looks at: no script fails, the policy refuses nothing, and the document is kept to.
        problems = [problem for problem in self.page.problems() if not any(part in problem for part in self.allowed)]
        foreign = [address for address in self.page.requests()
                   if not address.startswith((self.mock.address, "blob:", "data:", "about:"))]
        self.page.close()
        self.assertEqual(problems, [])
        self.assertEqual(foreign, [], "the page asks other servers")
        self.assertEqual(self.mock.violations, [])

    def replaced(self, **choices):
        """The page again, with another size or other preferences."""
        self.page.close()
        self.page = self.browser.page(**choices)

    def open(self, place="#/"):
        self.page.open(self.mock.address + "/" + place)

    def open_video(self, sentence="a red ball bounces", more="", video=None):
        video = video or self.videos[0]
        self.open(f"#/video/{video.id}?q={sentence.replace(' ', '+')}{more}")
        self.page.until("document.querySelector('#player').readyState >= 1")
        self.page.shows(".moment, .nothing")

    def address(self):
        """The part of the address after the mark, when it is settled."""
        time.sleep(0.35)
        return self.page.value("location.hash")

    def shot(self, name, whole=False):
        self.page.shot(os.path.join(SHOTS, name + ".png"), whole)
