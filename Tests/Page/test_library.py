"""The library: cards, filters, search, files that are given, jobs, and what can go wrong."""

import os
import time

import support
from mock_server import Refusal, Video


def start_of(span):
    """Seconds of the first time in a text like `1:05 – 1:10`."""
    minutes, seconds = span.split(" ")[0].split(":")
    return int(minutes) * 60 + float(seconds)


class LibraryPage(support.PageTest):
    def give(self, *names):
        """Copies of a video under names of their own."""
        folder = self.browser.folder
        paths = []
        for name in names:
            path = os.path.join(folder, name)
            with open(self.files[0][0], "rb") as source, open(path, "wb") as target:
                target.write(source.read())
            paths.append(path)
        return paths

    def test_the_library_shows_its_videos(self):
        self.open()
        self.page.shows(".card")
        self.assertEqual(len(self.page.texts(".card")), 2)
        self.assertEqual(self.page.text("#videos-told"), "2 videos")
        self.shot("library-light")
        self.page.prefer(dark=True)
        self.shot("library-dark")

    def test_an_empty_library_says_what_to_do(self):
        self.mock.reset([])
        self.open()
        self.page.until("document.querySelector('#videos-told').textContent.includes('Drop one')")

    def test_many_videos_come_in_pages(self):
        path, seconds = self.files[0]
        self.mock.reset([Video(path, f"video {number:03}.mp4", seconds) for number in range(60)])
        self.open()
        self.page.until("document.querySelectorAll('.card').length === 48")
        self.page.click("#more-videos")
        self.page.until("document.querySelectorAll('.card').length === 60")
        self.assertFalse(self.page.has("#more-videos"))

    def test_a_search_groups_by_video_and_leads_to_the_moment(self):
        self.open()
        self.page.write("#sentence", "a red ball bounces")
        self.page.click("#ask button")
        self.page.shows(".hit")
        self.assertEqual(len(self.page.texts(".found-group")), 2)
        self.assertRegex(self.page.text("#found-title"), r"^\d+ moments in 2 videos$")
        self.assertEqual(self.page.value("document.querySelectorAll('.mini-line').length"), 2)
        self.shot("search-light")
        wanted = self.page.text(".hit .hit-range")
        self.page.key("j")
        self.assertEqual(self.page.value("document.activeElement.className"), "hit")
        self.page.key("Enter")
        self.page.shows(".moment.chosen")
        self.page.until("!location.hash.includes('at=')")
        chosen = self.page.text(".moment.chosen .moment-range")
        self.assertAlmostEqual(start_of(chosen), start_of(wanted), delta=0.6, msg="another moment is chosen")
        self.page.back()
        self.page.shows(".hit")

    def test_a_sentence_that_is_written_before_the_server_answers_stays(self):
        self.mock.is_ready.clear()
        self.open()
        self.page.write("#sentence", "a red ball bounces")
        self.mock.is_ready.set()
        self.page.shows(".card")
        self.assertEqual(self.page.value("document.querySelector('#sentence').value"), "a red ball bounces")
        self.page.key("Enter")
        self.page.shows(".hit")

    def test_a_search_may_find_no_confident_moment(self):
        self.open("#/?q=nothing+like+it")
        self.page.shows(".nothing")
        self.assertIn("No confident moment", self.page.text("#found-none"))
        self.page.click("#found-none button")
        self.page.shows(".hit")

    def test_filters_by_path_day_and_length(self):
        self.open()
        self.page.shows(".card")
        self.page.click("#filters summary")
        self.page.write("#filter-path", "HARBOUR")
        self.page.key("Enter")
        self.page.until("document.querySelectorAll('.card').length === 1")
        self.assertIn("path=HARBOUR", self.address())
        self.page.write("#filter-path", "")
        self.page.value("document.querySelector('#filter-after').value = '2026-11-21'")
        self.page.click("#filter-form button[type=submit]")
        self.page.until("document.querySelector('.card-name').textContent.includes('park') && document.querySelectorAll('.card').length === 1")
        self.page.click("#filter-reset")
        self.page.until("document.querySelectorAll('.card').length === 2")
        longest = max(self.videos, key=lambda video: video.duration)
        self.page.write("#filter-longer", f"0:{int(longest.duration) - 1}" if longest.duration < 60 else str(int(longest.duration) - 1))
        self.page.key("Enter")
        self.page.until("document.querySelectorAll('.card').length === 1")
        self.assertEqual(self.page.texts(".card-name"), [longest.name])
        self.page.write("#sentence", "a red ball bounces")
        self.page.key("Enter")
        self.page.shows(".hit")
        self.assertEqual(len(self.page.texts(".found-group")), 1, "the search has other filters")
        self.shot("search-filtered")

    def test_a_wrong_filter_is_said_and_not_sent(self):
        self.open()
        self.page.shows(".card")
        self.page.click("#filters summary")
        self.page.write("#filter-longer", "soon")
        before = len(self.mock.asked)
        self.page.key("Enter")
        self.page.until("document.querySelector('#filter-problem').textContent.includes('1:30')")
        self.assertEqual(self.page.value("document.activeElement.id"), "filter-longer")
        self.assertEqual(len([1 for _, path, _ in self.mock.asked[before:] if path == "/v1/videos"]), 0)

    def test_a_picked_file_is_sent_and_opened(self):
        self.open()
        self.page.shows(".card")
        self.page.give_files("#file", self.give("my clip.mp4"))
        self.page.until("location.hash.startsWith('#/job/')")
        self.page.until("document.querySelector('#video-title').textContent === 'my clip.mp4'")
        self.assertTrue(self.page.value("document.querySelector('#player').src.startsWith('blob:')"))
        self.page.until("document.querySelector('#player').readyState >= 1")

    def test_dropped_files_are_sent_one_after_the_other(self):
        self.open()
        self.page.shows(".card")
        self.page.drop_files("#videos", self.give("one.mp4", "two.webm", "notes.txt"))
        self.page.until("document.querySelectorAll('.job').length === 3")
        self.page.until("document.querySelectorAll('.job .job-open:not([hidden])').length === 2")
        self.assertIn("not a video file", self.page.text(".job.problem"))
        self.assertEqual([job.name for job in self.mock.jobs.values()], ["one.mp4", "two.webm"])
        self.assertFalse(self.page.value("location.hash").startswith("#/job/"))
        for job in self.mock.jobs.values():
            job.seconds = 20
        self.page.until("[...document.querySelectorAll('.job-told')].filter(e => e.textContent.includes('0:20 of 0:40')).length === 2")
        self.shot("uploads")
        self.mock.finish(list(self.mock.jobs.values())[0])
        self.page.until("document.querySelectorAll('.card').length === 3 && document.querySelectorAll('.job').length === 2")

    def test_the_curve_fills_in_while_a_video_is_indexed(self):
        self.mock.upload_total = self.files[0][1]
        self.open()
        self.page.shows(".card")
        self.page.give_files("#file", self.give("long.mp4"))
        self.page.until("location.hash.startsWith('#/job/')")
        self.page.write("#sentence", "a red ball bounces")
        self.page.key("Enter")
        self.page.until("document.querySelector('.hint')?.textContent.includes('first seconds')")
        job = next(iter(self.mock.jobs.values()))
        job.seconds = 16
        self.page.until("document.querySelector('.line.a').getAttribute('d')")
        reach = "Math.max(...document.querySelector('.line.a').getAttribute('d').split(/[ML]/).filter(Boolean).map(p => parseFloat(p)))"
        share = 1000 / job.total
        self.assertAlmostEqual(self.page.value(reach), 16 * share, delta=2)
        self.assertTrue(self.page.has(".unindexed"))
        self.page.value("document.querySelector('.curves').scrollIntoView({block: 'center'})")
        self.shot("indexing")
        job.seconds = 30
        self.page.until(f"{reach} > {30 * share - 2}")
        self.assertIn("so far", self.page.text("#answers-title"))
        self.mock.finish(job)
        self.page.until("location.hash.startsWith('#/video/')")
        self.page.until(f"{reach} > 998")
        self.assertFalse(self.page.has(".unindexed"))
        self.assertIn("q=a+red+ball", self.address())
        self.page.until("document.querySelector('#player').src.endsWith('/file')")

    def test_a_job_that_fails_says_why(self):
        self.open()
        self.page.shows(".card")
        self.page.give_files("#file", self.give("broken.mp4"))
        self.page.until("location.hash.startsWith('#/job/')")
        job = next(iter(self.mock.jobs.values()))
        job.error, job.state = {"code": "unreadable", "message": "broken.mp4 holds no pictures."}, "failed"
        self.page.until("document.querySelector('.notice.problem')?.textContent.includes('holds no pictures')")

    def test_indexing_can_be_cancelled(self):
        self.open()
        self.page.shows(".card")
        self.page.give_files("#file", self.give("one.mp4"))
        self.page.until("location.hash.startsWith('#/job/')")
        self.page.shows("#indexing-cancel")
        self.page.click("#indexing-cancel")
        self.page.until("document.querySelector('.notice.problem')?.textContent.includes('cancelled')")
        self.assertEqual(next(iter(self.mock.jobs.values())).state, "cancelled")

    def test_a_file_that_is_too_large_is_not_sent(self):
        self.mock.upload_limit = 1000
        self.open()
        self.page.shows(".card")
        self.page.give_files("#file", self.give("huge.mp4"))
        self.page.until("document.querySelector('.job.problem')?.textContent.includes('larger than')")
        self.assertEqual(self.mock.jobs, {})

    def test_a_refused_upload_says_why(self):
        self.open()
        self.page.shows(".card")
        self.mock.refusals["/v1/videos"] = Refusal(507, "no_room", "There is no room for this video.")
        self.page.give_files("#file", self.give("one.mp4"))
        self.page.until("document.querySelector('.job.problem')?.textContent.includes('no room')")


class Trouble(support.PageTest):
    def test_a_busy_server_is_asked_again(self):
        self.mock.busy = 1
        self.open(f"#/video/{self.videos[0].id}?q=a+red+ball")
        self.page.until("document.querySelector('.notice')?.textContent.includes('busy')")
        self.page.shows(".moment")
        self.assertFalse(self.page.has(".notice"))

    def test_an_error_is_shown_with_its_request_and_can_be_tried_again(self):
        self.mock.refusals["/v1/find"] = Refusal(500, "internal", "The model could not be read.")
        self.open(f"#/video/{self.videos[0].id}?q=a+red+ball")
        self.page.shows(".notice.problem")
        self.assertIn("The model could not be read.", self.page.text(".notice.problem"))
        self.assertIn("test-1", self.page.text(".notice.problem"))
        self.shot("error")
        self.page.click(".notice.problem button")
        self.page.shows(".moment")
        self.assertFalse(self.page.has(".notice.problem"))

    def test_a_video_that_is_not_there_says_so(self):
        self.open("#/video/" + "0" * 64)
        self.page.until("document.querySelector('.notice.problem')?.textContent.includes('no such video')")

    def test_a_model_that_is_not_there_is_replaced(self):
        self.open(f"#/video/{self.videos[0].id}?q=a+red+ball&model=gone")
        self.page.shows(".moment")
        self.assertIn("no model gone", self.page.text(".notice.problem"))
        self.assertNotIn("model=gone", self.address())

    def test_a_server_that_is_away_says_so(self):
        self.open()
        self.page.shows(".card")
        self.page.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self.page.write("#sentence", "a red ball")
        self.page.key("Enter")
        self.page.until("document.querySelector('.notice.problem')?.textContent.includes('be reached')")
        self.page.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        self.page.click(".notice.problem button")
        self.page.shows(".hit")

    def test_the_token_is_asked_for_once_and_kept(self):
        self.mock.token = "secret"
        self.open(f"#/video/{self.videos[0].id}?q=a+red+ball")
        self.page.until("document.querySelector('#signing-in').open")
        self.page.write("#token", "guess")
        self.page.key("Enter")
        self.page.until("document.querySelector('#sign-in-problem').textContent.includes('not the token')")
        self.shot("sign-in")
        self.page.write("#token", "secret")
        self.page.key("Enter")
        self.page.shows(".moment")
        self.assertNotIn("secret", self.page.value("location.href + JSON.stringify(localStorage) + document.body.innerHTML"))

    def test_a_question_that_is_overtaken_does_not_come_back(self):
        self.open_video("a red ball")
        self.mock.delay = 0.8
        self.page.write("#sentence", "nothing like it")
        self.page.key("Enter")
        time.sleep(0.2)
        self.mock.delay = 0
        self.page.write("#sentence", "a blue star")
        self.page.key("Enter")
        self.page.shows(".moment")
        shown = self.page.texts(".moment")
        time.sleep(1)
        self.assertEqual(self.page.texts(".moment"), shown)


if __name__ == "__main__":
    support.unittest.main()
