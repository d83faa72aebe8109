"""Makes the pictures of docs/page.md, on the real server: `scripts/page-test --real pictures`."""

import os
import time
import unittest
from urllib.parse import quote

import real_server
import support
from real_server import SENTENCE, VIDEO


class Pictures(real_server.OnRealServer):
    """One picture a test."""

    def picture(self, name, place, ready, **choices):
        self.page.close()
        self.page = self.browser.page(**choices)
        self.page.open(self.address + "/" + place)
        self.page.until(ready, 60)
        self.page.until("[...document.images].every(i => i.complete)", 30)
        # The player's own wheel turns on for a while.
        time.sleep(2)
        self.page.shot(os.path.join(support.ROOT, "docs", f"page-{name}.png"))

    def video(self):
        """The address of the video's page with a sentence."""
        self.open_video(VIDEO)
        place = self.page.value("location.hash")
        return f"{place.split('?')[0]}?q={quote(SENTENCE)}"

    def test_a_video(self):
        self.picture("video", self.video(), "document.querySelectorAll('.thumbnails img.there').length > 4", height=960)

    def test_a_search(self):
        self.picture(
            "search", "#/?q=" + quote("The red pyramid is seen blinking."), "document.querySelector('.hit')", height=640,
            dark=True)

    def test_a_phone(self):
        self.picture(
            "phone", self.video(), "document.querySelectorAll('.thumbnails img.there').length > 2", width=360, height=800,
            touch=True, dark=True, scale=1.5)


if __name__ == "__main__":
    unittest.main()
