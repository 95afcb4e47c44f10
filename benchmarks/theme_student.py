"""The student beside its teacher and beside a model2vec distillation of the same teacher: rows that nobody was taught.

Run `python -m benchmarks.theme_student`. Taught on 3,500 rows of the train split of banking77 and clinc150 (500 of
them held out), measured on the test split. Agreement is that of the same engine with the same number of themes, the
gold one, so that the vectors alone differ. Vectors and the token table are kept in .cache/vectors.
"""

import gzip
import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks import themes
from benchmarks.results import markdown_table, write_section
from nps_insights.themes import Encoder, ThemeModel, encode_cached
from nps_insights.themes.encoders.english import english_encoder
from nps_insights.themes.encoders.teach import teach_student
from nps_insights.themes.encoders.tiers import choose_encoder

HEADER = ["rows", "vectors by", "cosine with the teacher", "AMI", "of the teacher's", "rows/s", "x the teacher's"]
TIMED_BY_TEACHER = 640
TAUGHT = 3_000
REPEATED = 3

Read = Callable[[list[str]], np.ndarray]


class WithoutTokenizer:
    """The same teacher with its tokenizer out of reach: what a student of any other encoder knows."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.languages = encoder.dimension, encoder.languages
        self.encode = encoder.encode


def splits(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train and test split of banking77 or clinc150, columns text and gold; no text is in both."""
    if name == "banking77":
        read = [pd.read_csv(themes.DATA / name / f"{part}.csv.gz", keep_default_na=False) for part in ("train", "test")]
        train, test = [frame.rename(columns={"category": "gold"}) for frame in read]
    else:
        with gzip.open(themes.DATA / name / "data_full.json.gz", "rt", encoding="utf-8") as file:
            parts = json.load(file)
        train, test = [pd.DataFrame(parts[part], columns=["text", "gold"]) for part in ("train", "test")]
    test = test.drop_duplicates("text")
    return train.drop_duplicates("text"), test[~test["text"].isin(train["text"])].reset_index(drop=True)


@cache
def distilled(folder: Path) -> Read:
    """A model2vec distillation as it comes: one vector for each sub-word, PCA to 256, weighted by frequency rank."""
    from model2vec.distill import distill

    model = distill(model_name=str(folder), device="cpu")
    return lambda texts: np.asarray(model.encode(texts), dtype=np.float32)


def agreement(test: pd.DataFrame, vectors: np.ndarray) -> float:
    from sklearn.metrics import adjusted_mutual_info_score

    ids = [f"{row:06d}" for row in range(len(test))]
    segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": test["text"]})
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors / np.where(lengths == 0, 1, lengths)
    model = ThemeModel(n_themes=test["gold"].nunique(), unassigned=0.0).fit(segments, vectors)
    theme = model.assign(segments, vectors).set_index("segment_id")["theme_id"].reindex(segments["segment_id"])
    return float(adjusted_mutual_info_score(test["gold"], theme.fillna("nowhere")))


def rows_per_second(read: Read, texts: list[str]) -> float:
    seconds = []
    for _ in range(REPEATED):
        start = time.perf_counter()
        read(texts)
        seconds.append(time.perf_counter() - start)
    return len(texts) / median(seconds)


def compare(
    name: str,
    encoder: Encoder,
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    distil: Path | None = None,
    timed: int = TIMED_BY_TEACHER,
) -> list[list[str]]:
    """Rows of the table for one gold set; `distil` is the folder of the model that model2vec is to distil."""
    texts = test["text"].tolist()
    theirs = encode_cached(encoder, texts, themes.CACHE)
    chosen = choose_encoder(encoder, train["text"], tier="student", cache_folder=themes.CACHE)
    sample = train["text"].sample(min(TAUGHT, len(train)), random_state=0).tolist()
    bare = teach_student(WithoutTokenizer(encoder), sample, encode_cached(encoder, sample, themes.CACHE))
    others: dict[str, Read] = {
        "student (sub-words and token table)": chosen.encoder.encode,
        "student of an encoder without a tokenizer (words and characters)": bare.encode,
    }
    if distil is not None:
        others["model2vec distillation"] = distilled(distil)
    encoder.encode(texts[:32])
    slow, best = rows_per_second(encoder.encode, texts[:timed]), agreement(test, theirs)
    rows = [[name, "full encoder", "1", f"{best:.3f}", "100 %", f"{slow:,.0f}", "1"]]
    for method, read in others.items():
        vectors = read(texts)
        speed, found = rows_per_second(read, texts), agreement(test, vectors)
        same = vectors.shape == theirs.shape
        cosine = f"{(vectors * theirs).sum(axis=1).mean():.3f}" if same else "other space"
        cells = [cosine, f"{found:.3f}", f"{100 * found / best:.1f} %", f"{speed:,.0f}", f"{speed / slow:.0f}"]
        rows.append([name, method, *cells])
    return rows


def main() -> None:
    """Print one markdown table and write it to the results."""
    if not themes.DATA.is_dir():
        raise SystemExit(f"no data folder {themes.DATA}; name one with NPS_INSIGHTS_DATA")
    encoder = english_encoder()
    rows = [
        cells
        for name in ("banking77", "clinc150")
        for cells in compare(name, encoder, *splits(name), distil=encoder.folder)
    ]
    lines = [
        "Taught on 3,000 rows of the train split (the distillation on none), measured on the test split, none of whose "
        "texts was taught. AMI with the gold intents: the same engine, as many themes as intents. rows/s from text to "
        f"vectors, median of {REPEATED} runs in one process, the full encoder on {TIMED_BY_TEACHER} rows.",
        "",
        *markdown_table(HEADER, rows),
    ]
    print("\n".join(lines))
    packages = ["nps-insights", "model2vec", "sentence-transformers", "torch", "scikit-learn", "scipy", "numpy"]
    write_section("Student", command="python -m benchmarks.theme_student", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
