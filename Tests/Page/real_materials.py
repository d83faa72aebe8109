"""What the real server is started with: tiny encoders, a library of the small world's videos, and a tiny CDNet.

They are made with the command itself in a minute or so and kept. The encoders have hardly learned anything, and the
CDNet learned from random numbers in the place of words: what it answers says nothing.
`PAGE_TEST_CLIP` names better encoders.
"""

import glob
import json
import os
import random
import shutil
import struct
import subprocess
import zipfile


class Materials:
    """Makes what is missing in a folder, by `moments`."""

    def __init__(self, moments, world):
        self.moments, self.world = moments, world
        self.root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
        self.videos = sorted(glob.glob(os.path.join(world, "videos", "*.mp4")))
        own = os.path.join(world, "encoders")
        self.clip = os.environ.get("PAGE_TEST_CLIP") or os.path.join(own, "clip")
        if not os.path.isdir(self.clip):
            shutil.rmtree(own, ignore_errors=True)
            self.call("train-encoders", os.path.join(self.root, "Configurations/world/encoders.yaml"), "--only", "clip", *self.sets(
                {"threads": 1, "clip.learning.batchSize": 8, "clip.learning.stepsPerEpoch": 8, "clip.learning.epochs": 1,
                 "world.scenes": 40, "world.validationScenes": 4, "output.directory": own}))
        self.name = os.path.basename(os.path.dirname(os.path.abspath(self.clip)))
        self.model = os.path.join(world, f"model-{self.name}")
        if not os.path.exists(os.path.join(self.model, "best.safetensors")):
            self.train()

    def call(self, *words):
        outcome = subprocess.run([self.moments, *map(str, words)], capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            raise RuntimeError(f"moments {' '.join(map(str, words))}: {outcome.stderr[-800:]}")
        return outcome.stdout

    def sets(self, values):
        return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]

    def library(self, folder):
        """A library of the videos in a folder."""
        self.call("index", *self.videos, "--library", folder, "--clip", self.clip)
        return folder

    def train(self):
        shutil.rmtree(self.model, ignore_errors=True)
        features, words = (os.path.join(self.world, f"{part}-{self.name}") for part in ("features", "words"))
        self.call("extract", *self.videos, "--encoder", "clip", "--clip", self.clip, "--out", features)
        annotations = os.path.join(self.world, "test.jsonl")
        width = self.width(features)
        with open(annotations, encoding="utf-8") as lines:
            ids = [json.loads(line)["qid"] for line in lines]
        os.makedirs(words, exist_ok=True)
        chance = random.Random(0)
        for qid in ids:
            with zipfile.ZipFile(os.path.join(words, f"qid{qid}.npz"), "w") as file:
                file.writestr("last_hidden_state.npy", array(12, width, chance))
        configuration = os.path.join(self.world, f"model-{self.name}.yaml")
        with open(configuration, "w", encoding="utf-8") as file:
            json.dump({
                "name": "page-test", "threads": 1,
                "model": {"cdnet": {"hiddenSize": 32, "feedForwardSize": 64, "localizerLayers": 1}},
                "data": {"train": annotations, "val": annotations, "video": [os.path.join(features, "clip_features")],
                         "text": words},
                "optimisation": {"epochs": 1, "batchSize": 4}, "output": {"directory": self.model},
            }, file)
        self.call("train", configuration)

    def width(self, features):
        file = sorted(glob.glob(os.path.join(features, "clip_features", "*.npz")))[0]
        with zipfile.ZipFile(file) as archive:
            head = archive.read("features.npy")[:200].decode("latin-1")
        return int(head.split("shape")[1].split(",")[1].strip(" )"))


def array(rows, columns, chance):
    """A file of random numbers in NumPy's form."""
    head = str({"descr": "<f4", "fortran_order": False, "shape": (rows, columns)})
    head += " " * (63 - (len(head) + 10) % 64) + "\n"
    values = [chance.gauss(0, 1) for _ in range(rows * columns)]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(values)}f", *values)
