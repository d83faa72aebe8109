"""What the real server is started with: the sample videos and the models that come with the package."""

import glob
import os
import subprocess

import support


class Materials:
    """The samples, and how `moments` indexes and serves them."""

    MODEL = "small-world"

    def __init__(self, moments):
        self.moments = moments
        self.videos = sorted(glob.glob(os.path.join(support.ROOT, "Samples", "*.mp4")))
        self.encoders = ["--clip", self.MODEL, "--slowfast", self.MODEL, "--encoder", "clip,slowfast"]

    def library(self, folder):
        """A library of the videos in a folder."""
        outcome = subprocess.run(
            [self.moments, "index", *self.videos, "--library", folder, *self.encoders], capture_output=True, text=True,
            check=False)
        if outcome.returncode != 0:
            raise RuntimeError(f"moments index: {outcome.stderr[-800:]}")
        return folder

    def serve(self, library, **choices):
        """A server of a library at a free port, which prints its address first."""
        return subprocess.Popen(
            [self.moments, "serve", "--library", library, *self.encoders, "--model", self.MODEL, "--port", "0"],
            stdout=subprocess.PIPE, text=True, **choices)
