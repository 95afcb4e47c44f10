"""A fitted model with planted themes, for the tests of what analysts decide about them."""

import hashlib
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from nps_insights.themes.model import ThemeModel

SUBJECTS = ["long queue", "kind nurse", "dirty toilet", "cheap price", "late train", "cold soup"]
DIMENSION = 32


def directions(count: int = len(SUBJECTS), *, seed: int = 0) -> np.ndarray:
    """Unit directions of the subjects, far apart, float32 of shape (count, 32)."""
    rng = np.random.default_rng(seed)
    return np.linalg.qr(rng.normal(size=(DIMENSION, DIMENSION)))[0][:count].astype(np.float32)


def encode(texts: Sequence[str]) -> np.ndarray:
    """A vector of each text that hangs on the text alone: the subjects it names, and a bit of its own."""
    rows = []
    for text in texts:
        own = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))
        vector = own.normal(0, 0.05, DIMENSION)
        for subject, direction in zip(SUBJECTS, directions(), strict=True):
            said = [word in text.lower() for word in subject.split()]
            vector = vector + direction * np.mean(said)
        if "till" in text:
            vector = vector + 1.3 * directions(8)[6]
        if "phone" in text:
            vector = vector + 1.3 * directions(8)[7]
        rows.append(vector / np.linalg.norm(vector))
    return np.array(rows, dtype=np.float32).reshape(len(rows), DIMENSION)


@cache
def corpus(sizes: Sequence[int] = (60, 50, 40, 30, 24, 20)) -> tuple[pd.DataFrame, np.ndarray]:
    """Segments and vectors; the first subject is said of the till and of the phone."""
    texts = [
        f"{subject} {('at the till', 'on the phone')[number % 2]} case{number}"
        if place == 0
        else f"{subject} case{number}"
        for place, (subject, size) in enumerate(zip(SUBJECTS, sizes, strict=True))
        for number in range(size)
    ]
    ids = [f"s{number:04}" for number in range(len(texts))]
    segments = pd.DataFrame({"segment_id": ids, "response_id": [f"r{one}" for one in ids], "text": texts})
    return segments, encode(texts)


def fitted(*, parents: bool = True) -> ThemeModel:
    """Themes t01 (queue) to t06 (soup), one prototype each, as a fit leaves them."""
    model = ThemeModel()
    model.theme_ids_ = [f"t{number:02}" for number in range(1, len(SUBJECTS) + 1)]
    model.centres_ = directions()
    model.theme_of_ = np.arange(len(SUBJECTS))
    model.threshold_ = np.full(len(SUBJECTS), 0.5)
    model.parents_ = (
        {one: ("p01" if place < 3 else "p02") for place, one in enumerate(model.theme_ids_)} if parents else {}
    )
    model.labels_ = dict(zip(model.theme_ids_, SUBJECTS, strict=True)) | (
        {"p01": "care", "p02": "rest"} if parents else {}
    )
    model.keywords_ = {one: ", ".join([label, *label.split()]) for one, label in model.labels_.items()}
    model.owners_ = {}
    model.lineage_ = []
    return model
