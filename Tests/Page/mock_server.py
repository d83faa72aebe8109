"""A server for the page's tests: quick, without models, and able to be slow, busy or broken when a test wants that.

It keeps to the server's OpenAPI document: what it is asked and what it answers is checked against it. Its moments are
made up of the sentence's letters and say nothing about any video.
"""

import hashlib
import json
import math
import os
import random
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from schema import Document

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; "
          "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
MODELS = [
    {"name": "cdnet", "kind": "trained", "scores": "calibrated", "calibrated": True, "simulated": False, "threshold": None,
     "scoreMeaning": "probability that the moment overlaps an annotated one by an IoU of at least 0.5"},
    {"name": "clip", "kind": "zero-shot", "scores": "fixed rule", "calibrated": False, "simulated": False, "threshold": 0.4,
     "scoreMeaning": "a fixed rule of the cosine of picture and sentence"},
    {"name": "qd-detr", "kind": "trained", "scores": "uncalibrated", "calibrated": False, "simulated": True, "threshold": None,
     "scoreMeaning": "the model's own confidence"},
]


class Video:
    """A video of the library."""

    def __init__(self, path, name, duration, *, is_gone=False, days=0, rate=24.0):
        self.path, self.name, self.duration, self.is_gone, self.rate = path, name, duration, is_gone, rate
        self.id = hashlib.sha256(name.encode()).hexdigest()
        self.added = f"2026-11-{20 + days:02}T10:00:00Z"

    def short(self):
        return {"id": self.id, "name": self.name, "duration": self.duration}

    def described(self):
        return {**self.short(), "paths": [f"/videos/{self.name}"], "added": self.added, "isGone": self.is_gone,
                "isSearchable": True, "clips": math.ceil(self.duration / 2), "clipLength": 2.0}


class Job:
    """A video that is taken up. A test moves it on by hand, or gives it a `speed` in seconds of video a second."""

    def __init__(self, name, total, speed):
        self.id, self.name, self.total, self.speed = str(uuid.uuid4()), name, total, speed
        self.state, self.seconds, self.video, self.error = "running", 0.0, None, None
        self.began = time.monotonic()

    def described(self):
        left = (self.total - self.seconds) / self.speed if self.speed else None
        is_done = self.state == "done"
        now = "2026-11-25T10:00:00Z"
        return {
            "id": self.id, "kind": "index", "state": self.state, "name": self.name, "video": self.video,
            "progress": {"seconds": self.seconds, "total": self.total, "fraction": self.seconds / self.total,
                         "secondsLeft": None if is_done else left, "askable": math.floor(self.seconds / 2) * 2.0},
            "error": self.error, "position": 2 if self.state == "queued" else None, "created": now,
            "started": None if self.state == "queued" else now,
            "finished": now if self.state in ("done", "failed", "cancelled") else None,
        }


class Refusal(Exception):
    def __init__(self, status, code, message, retry_after=None):
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


class MockServer:
    """Serves the page and the interface on a free port. A test changes its fields to change what it does."""

    def __init__(self, page, document, videos):
        self.page = page
        with open(document, encoding="utf-8") as file:
            self.document = Document(json.load(file))
        self.reset(videos)
        mock = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                mock._answer(self)

            do_POST = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                # A browser breaks off what it does not need any more, as when a test leaves a page.
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def reset(self, videos):
        """As at the beginning."""
        self.videos = {video.id: video for video in videos}
        self.jobs = {}
        self.violations = []
        self.asked = []
        self.token = None
        self.busy = 0  # how many questions are refused with 503
        self.refusals = {}  # by path: a Refusal for the next request
        self.delay = 0.0
        self.is_ready = threading.Event()  # a test that clears it holds the models back
        self.is_ready.set()
        self.speed = 0.0
        self.upload_total = 40.0
        self.upload_limit = 200_000_000
        self.models = [dict(model) for model in MODELS]

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # Requests

    def _answer(self, handler):
        parts = urlsplit(handler.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        length = int(handler.headers.get("Content-Length") or 0)
        is_upload = handler.command == "POST" and path == "/v1/videos"
        body = b"" if is_upload else handler.rfile.read(length)
        self.asked.append((handler.command, path, query))
        try:
            if path == "/login" and handler.command == "POST":
                return self._login(handler, body)
            if not path.startswith("/v1/"):
                return self._page(handler, path)
            if self.token and f"moments_session={self.token}" not in handler.headers.get("Cookie", ""):
                raise Refusal(401, "unauthorized", "This server needs its token.")
            if path in self.refusals:
                raise self.refusals.pop(path)
            found = self.document.operation(handler.command, path)
            if not found:
                raise Refusal(404, "not_found", f"There is no {path} here.")
            operation, values = found
            content = json.loads(body) if body else None
            problems = self.document.request_problems(operation, values, query, content)
            if problems:
                self.violations.append(f"{handler.command} {path}: {problems}")
                raise Refusal(422, "invalid", "; ".join(problems))
            action = getattr(self, "_" + operation["operationId"])
            answer = action(handler, values, query, content, length) if is_upload else action(handler, values, query, content)
            if answer is not None:
                status = 202 if is_upload else 200
                wrong = self.document.answer_problems(operation, status, answer)
                if wrong:
                    self.violations.append(f"answer to {path}: {wrong[:4]}")
                self._send(handler, status, "application/json", json.dumps(answer).encode())
        except Refusal as refusal:
            error = {"error": {"code": refusal.code, "message": refusal.message, "requestId": "test-1"}}
            more = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
            if is_upload:
                handler.close_connection = True
            self._send(handler, refusal.status, "application/json", json.dumps(error).encode(), more)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def _send(self, handler, status, kind, content, more=None):
        handler.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": len(content), "X-Content-Type-Options": "nosniff",
                   "Cache-Control": "no-store", **(more or {})}
        for name, value in headers.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(content)

    def _page(self, handler, path):
        name = os.path.normpath(path.lstrip("/") or "index.html")
        # The tests of the modules lie beside the page, and only here.
        folder = self.page
        if name.startswith("tests" + os.sep):
            folder, name = os.path.join(os.path.dirname(__file__), "modules"), name.partition(os.sep)[2]
        file = os.path.join(folder, name)
        if name.startswith("..") or not os.path.isfile(file):
            raise Refusal(404, "not_found", f"There is no {path} here.")
        with open(file, "rb") as content:
            kind = TYPES.get(os.path.splitext(file)[1], "application/octet-stream")
            self._send(handler, 200, kind, content.read(), {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"})

    def _login(self, handler, body):
        token = dict(parse_qsl(body.decode())).get("token")
        if token != self.token:
            raise Refusal(401, "unauthorized", "That is not the token.")
        cookie = f"moments_session={token}; HttpOnly; SameSite=Strict; Path=/"
        self._send(handler, 303, "text/plain", b"", {"Location": "/", "Set-Cookie": cookie})

    # The interface

    def _listModels(self, *_):
        self.is_ready.wait(20)
        return {"default": self.models[0]["name"], "models": self.models}

    def _library(self, *_):
        return {"videos": len(self.videos), "files": len(self.videos), "gone": 0, "failed": 0, "clips": 100,
                "seconds": sum(video.duration for video in self.videos.values()), "uploadLimit": self.upload_limit, "clipLimit": 600.0}

    def _listVideos(self, handler, values, query, body):
        fitting = self._fitting({**query, **{name: float(query[name]) for name in ("minDuration", "maxDuration") if name in query}})
        first, count = int(query.get("cursor", 0)), int(query.get("limit", 50))
        more = str(first + count) if first + count < len(fitting) else None
        return {"videos": [video.described() for video in fitting[first:first + count]], "total": len(fitting), "next": more}

    def _fitting(self, filters):
        def fits(video):
            return (filters.get("path", "").lower() in f"/videos/{video.name}".lower()
                    and filters.get("after", "") <= video.added and video.added < filters.get("before", "9")
                    and filters.get("minDuration", 0) <= video.duration <= filters.get("maxDuration", math.inf))
        return sorted(filter(fits, self.videos.values()), key=lambda video: video.added, reverse=True)

    def _video(self, id):
        if id not in self.videos:
            raise Refusal(404, "not_found", "The library has no such video.")
        return self.videos[id]

    def _getVideo(self, handler, values, query, body):
        video = self._video(values["id"])
        media = None if video.is_gone else {
            "type": "video/mp4", "container": "mp4", "codec": "h264", "width": 320, "height": 180, "frameRate": video.rate,
            "hasAudio": False, "bytes": os.path.getsize(video.path)}
        return {**video.described(), "media": media}

    def _deleteVideo(self, handler, values, query, body):
        del self.videos[self._video(values["id"]).id]
        handler.send_response(204)
        handler.end_headers()

    def _getVideoFile(self, handler, values, query, body):
        self._file(handler, self._video(values["id"]).path)

    def _file(self, handler, path, more=None):
        size = os.path.getsize(path)
        first, last, status, headers = 0, size - 1, 200, {"Accept-Ranges": "bytes", **(more or {})}
        wanted = handler.headers.get("Range", "")
        if wanted.startswith("bytes="):
            begin, _, end = wanted[6:].partition("-")
            first, last, status = int(begin), min(int(end or size - 1), size - 1), 206
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        with open(path, "rb") as file:
            file.seek(first)
            self._send(handler, status, "video/mp4", file.read(last - first + 1), headers)

    def _getThumbnail(self, handler, values, query, body):
        self._video(values["id"])
        seconds = float(values["seconds"])
        hue = int(values["id"][:2], 16) * 1.4 + seconds * 3
        height = int(query.get("height", 120))
        # A drawing is quick to make and shows its time. The real server sends JPEG.
        drawing = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90" width="{height * 16 // 9}" height="{height}">'
                   f'<rect width="160" height="90" fill="hsl({hue:.0f} 35% 45%)"/>'
                   f'<circle cx="{30 + seconds * 7 % 100:.0f}" cy="45" r="20" fill="hsl({hue + 150:.0f} 60% 70%)"/>'
                   f'<text x="8" y="82" font-size="16" fill="#fff" font-family="sans-serif">{seconds:.0f} s</text></svg>')
        self._send(handler, 200, "image/svg+xml", drawing.encode())

    def _getClip(self, handler, values, query, body):
        more = {"Moments-Span": f"{query['start']}-{query['end']}"}
        if query.get("download") == "true":
            more["Content-Disposition"] = 'attachment; filename="clip.mp4"'
        self._file(handler, self._video(values["id"]).path, more)

    def _find(self, handler, values, query, body):
        self._hold()
        if "job" in body:
            if body["job"] not in self.jobs:
                raise Refusal(404, "not_found", "There is no such job.")
            job = self.jobs[body["job"]]
            duration, is_partial, video = job.described()["progress"]["askable"], job.state != "done", None
            key = job.name
            if duration == 0:
                raise Refusal(409, "not_ready", "Nothing of it is encoded yet.")
        else:
            of_library = self._video(body["video"])
            duration, is_partial, video, key = of_library.duration, False, of_library.short(), of_library.id
        model = self._model(body)
        answers = [self._found(sentence, model, duration, key, body) for sentence in body["sentences"]]
        return {"video": video, "model": model, "duration": duration, "isPartial": is_partial, "answers": answers}

    def _hold(self):
        if self.busy > 0:
            self.busy -= 1
            raise Refusal(503, "busy", "Too many questions at once.", retry_after=1)
        time.sleep(self.delay)

    def _model(self, body):
        name = body.get("model", self.models[0]["name"])
        model = next((each for each in self.models if each["name"] == name), None)
        if model is None:
            raise Refusal(404, "unknown_model", f"There is no model {name}.")
        return model

    def _found(self, sentence, model, duration, key, body):
        moments, relevance = made_up(sentence, model["name"], duration, key)
        threshold = body.get("threshold", model["threshold"])
        shown = [moment for moment in moments if moment["score"] >= (threshold or 0)][:body.get("limit", 5)]
        return {"sentence": sentence, "moments": shown, "noConfidentMoment": not shown, "threshold": threshold,
                "best": None if shown or not moments else moments[0],
                "curve": {"clipLength": 2.0, "relevance": None if model["name"] == "qd-detr" else relevance,
                          "saliency": [value * 3 - 1 for value in relevance]}}

    def _search(self, handler, values, query, body):
        self._hold()
        model = self._model(body)
        hits = []
        for video in self._fitting(body.get("filters", {})):
            moments, _ = made_up(body["sentence"], model["name"], video.duration, video.id)
            hits += [{**moment, "cosine": 0.3, "video": video.short()} for moment in moments[:4]]
        hits.sort(key=lambda hit: -hit["score"])
        threshold = body.get("threshold", model["threshold"])
        hits = [hit for hit in hits if hit["score"] >= (threshold or 0)][:body.get("limit", 10)]
        groups = {}
        for hit in hits:
            groups.setdefault(hit["video"]["id"], {"video": hit["video"], "moments": []})["moments"].append(
                {name: value for name, value in hit.items() if name != "video"})
        return {"sentence": body["sentence"], "model": model, "noConfidentMoment": not hits, "threshold": threshold,
                "hits": hits, "groups": list(groups.values()) if body.get("groupBy") == "video" else None}

    def _uploadVideo(self, handler, values, query, body, length):
        received = 0
        while received < length:
            received += len(handler.rfile.read(min(1 << 16, length - received)))
        job = Job(query["name"], self.upload_total, self.speed)
        self.jobs[job.id] = job
        if self.speed:
            threading.Thread(target=self._run, args=(job,), daemon=True).start()
        return job.described()

    def _run(self, job):
        while job.state == "running" and job.seconds < job.total:
            time.sleep(0.1)
            job.seconds = min(job.total, job.seconds + job.speed * 0.1)
        if job.state == "running":
            self.finish(job)

    def finish(self, job):
        """The job is done, and its video in the library."""
        path = next(iter(self.videos.values())).path
        video = Video(path, job.name, job.total)
        self.videos[video.id] = video
        job.seconds, job.video, job.state = job.total, video.id, "done"

    def _job(self, id):
        if id not in self.jobs:
            raise Refusal(404, "not_found", "There is no such job; finished ones are kept for a while only.")
        return self.jobs[id]

    def _listJobs(self, *_):
        return {"jobs": [job.described() for job in reversed(self.jobs.values())]}

    def _getJob(self, handler, values, query, body):
        return self._job(values["id"]).described()

    def _cancelJob(self, handler, values, query, body):
        job = self._job(values["id"])
        job.state = "cancelled"
        return job.described()

    def _jobEvents(self, handler, values, query, body):
        job = self._job(values["id"])
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        last = None
        while True:
            now = job.described()
            if now != last:
                name = job.state if job.state in ("done", "failed", "cancelled") else "progress"
                handler.wfile.write(f"event: {name}\ndata: {json.dumps(now)}\n\n".encode())
                handler.wfile.flush()
                last = now
                if name != "progress":
                    return
            time.sleep(0.05)


def made_up(sentence, model, duration, key):
    """Moments and a curve that depend on the sentence, the model and the video, and on nothing in it."""
    seed = hashlib.sha256(f"{sentence}|{key}".encode()).digest()
    chance = random.Random(seed)
    own = random.Random(hashlib.sha256(f"{sentence}|{key}|{model}".encode()).digest())
    is_there = not sentence.lower().startswith("nothing")
    clips = max(1, math.ceil(duration / 2))
    moments = []
    for rank in range(7):
        # The places are the same however much of the video is known.
        start = chance.random() * 0.9 * 40 if duration <= 60 else chance.random() * 0.92 * duration
        span = 2 + chance.random() * 9
        start, end = max(0, start + own.uniform(-1, 1)), start + span + own.uniform(-1, 1)
        if end - start < 1 or end > duration:
            continue
        score = (0.93 - rank * 0.13 if is_there else 0.31 - rank * 0.05) + own.uniform(-0.05, 0.05)
        moments.append({"start": round(start, 2), "end": round(end, 2), "score": round(min(0.99, max(0.02, score)), 4),
                        "confidence": None if model == "clip" else 0.5, "logit": None if model == "clip" else 0.1,
                        "cosine": 0.27 if model == "clip" else None})
    moments.sort(key=lambda moment: -moment["score"])

    def value(clip):
        middle = clip * 2 + 1
        peaks = [moment["score"] * math.exp(-((middle - (moment["start"] + moment["end"]) / 2) / (moment["end"] - moment["start"])) ** 2 * 2)
                 for moment in moments]
        return round(min(1, max([0.05, *peaks]) + 0.02 * math.sin(clip * 1.7) + 0.02), 4)
    return moments, [value(clip) for clip in range(clips)]
