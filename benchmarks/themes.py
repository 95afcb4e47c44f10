"""The theme stage beside BERTopic's defaults: same rows, same vectors, one process.

Run `python -m benchmarks.themes` (three gold sets) or `python -m benchmarks.themes --quick` (banking77 alone).
The data lie in $NPS_INSIGHTS_DATA or in ../shared/data; vectors are encoded once and kept in .cache/vectors.
"""

import argparse
import gzip
import json
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.themes import ThemeModel, encode_cached, load_encoder

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("NPS_INSIGHTS_DATA", ROOT / ".." / "shared" / "data")).resolve()
CACHE = ROOT / ".cache" / "vectors"
OURS_REPEATED, PEERS_REPEATED = 3, 2

Found = tuple[float, np.ndarray]


def banking77() -> pd.DataFrame:
    frame = pd.read_csv(DATA / "banking77" / "train.csv.gz", keep_default_na=False)
    return frame.rename(columns={"category": "gold"})


def clinc150() -> pd.DataFrame:
    with gzip.open(DATA / "clinc150" / "data_full.json.gz", "rt", encoding="utf-8") as file:
        parts = json.load(file)
    rows = [row for part in ("train", "val", "test") for row in parts[part]]
    return pd.DataFrame(rows, columns=["text", "gold"])


def nhs_phase_1() -> pd.DataFrame:
    frame = pd.read_csv(DATA / "nhs_fft_themes" / "phase_1_text_data.csv.gz", keep_default_na=False)
    frame = frame.rename(columns={"feedback": "text", "subcategory": "gold"})
    return frame[frame["text"].str.strip() != ""].reset_index(drop=True)


def ours(segments: pd.DataFrame, vectors: np.ndarray) -> Found:
    """Everything with embeddings given: number of themes, clustering, labels and the assignment of every row."""
    start = time.perf_counter()
    model = ThemeModel().fit(segments, vectors)
    mentions = model.assign(segments, vectors)
    seconds = time.perf_counter() - start
    theme = mentions.set_index("segment_id")["theme_id"].reindex(segments["segment_id"])
    return seconds, theme.map({one: row for row, one in enumerate(model.theme_ids_)}).fillna(-1).to_numpy(int)


def bertopic_defaults(segments: pd.DataFrame, vectors: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """BERTopic as it comes, with the same vectors: seconds of the fit, its topics, and those without outliers."""
    start = time.perf_counter()
    from bertopic import BERTopic

    texts = segments["text"].tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = BERTopic()
        topics, _ = model.fit_transform(texts, vectors)
        seconds = time.perf_counter() - start
        reduced = model.reduce_outliers(texts, topics) if -1 in topics else topics
    return seconds, np.asarray(topics), np.asarray(reduced)


def evoc_defaults(segments: pd.DataFrame, vectors: np.ndarray) -> Found:
    """EVoC as it comes, with the same vectors."""
    del segments
    start = time.perf_counter()
    from evoc import EVoC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = EVoC().fit_predict(vectors)
    return time.perf_counter() - start, np.asarray(found)


def row(
    name: str, method: str, seconds: float, found: np.ndarray, gold: pd.Series, ours_seconds: float | None = None
) -> list[str]:
    from sklearn.metrics import adjusted_mutual_info_score

    ami = adjusted_mutual_info_score(gold, found)
    number = len(set(found.tolist()) - {-1})
    times = f" ({seconds / ours_seconds:.1f} x ours)" if ours_seconds else ""
    unassigned = f"{(found == -1).mean():.1%}"
    return [name, method, f"{seconds:.1f}{times}", f"{ami:.3f}", f"{number} ({gold.nunique()})", unassigned]


def compare(name: str, frame: pd.DataFrame, *, cold: bool) -> list[list[str]]:
    """Rows of the table for one gold set; the first runs of the process pay the peers' imports and compilation."""
    ids = [f"{number:06d}" for number in range(len(frame))]
    segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": frame["text"]})
    vectors = encode_cached(load_encoder("english"), frame["text"].tolist(), CACHE)
    gold = frame["gold"]
    rows = []
    if cold:
        rows.append(row(name, "nps-insights, first call", *ours(segments, vectors), gold))
        rows.append(row(name, "BERTopic defaults, first call", *bertopic_defaults(segments, vectors)[:2], gold))
        rows.append(row(name, "EVoC, first call", *evoc_defaults(segments, vectors), gold))
    runs = [ours(segments, vectors) for _ in range(OURS_REPEATED)]
    ours_seconds = median(seconds for seconds, _ in runs)
    rows.append(row(name, "nps-insights", ours_seconds, runs[0][1], gold))
    peers = [bertopic_defaults(segments, vectors) for _ in range(PEERS_REPEATED)]
    seconds = median(one[0] for one in peers)
    rows.append(row(name, "BERTopic defaults", seconds, peers[0][1], gold, ours_seconds))
    rows.append(row(name, "BERTopic + reduce_outliers", seconds, peers[0][2], gold))
    others = [evoc_defaults(segments, vectors) for _ in range(OURS_REPEATED)]
    rows.append(row(name, "EVoC", median(one[0] for one in others), others[0][1], gold, ours_seconds))
    return rows


def rows(*, quick: bool = False) -> list[list[str]]:
    """Rows of all gold sets; `quick`: banking77 alone."""
    sets: dict[str, Callable[[], pd.DataFrame]] = {"banking77": banking77}
    if not quick:
        sets |= {"clinc150, 20,000 rows": lambda: clinc150().sample(20_000, random_state=0).reset_index(drop=True)}
        sets |= {"clinc150": clinc150, "nhs phase 1": nhs_phase_1}
    return [cells for name, read in sets.items() for cells in compare(name, read(), cold=name == "banking77")]


def main() -> None:
    """Print one markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="banking77 alone")
    quick = parser.parse_args().quick
    if not DATA.is_dir():
        raise SystemExit(f"no data folder {DATA}; name one with NPS_INSIGHTS_DATA")
    header = ["rows", "method", "seconds", "AMI, all rows", "themes (gold)", "unassigned"]
    lines = [
        "Embeddings given (all-MiniLM-L6-v2); ours: number of themes chosen, clustering, labels and the assignment of "
        f"every row, median of {OURS_REPEATED} runs; BERTopic: median of {PEERS_REPEATED}, the second line of it with "
        "outliers reduced afterwards (seconds of the fit alone). AMI counts unassigned rows as one group.",
        "",
        *markdown_table(header, rows(quick=quick)),
    ]
    print("\n".join(lines))
    if not quick:
        packages = ["nps-insights", "bertopic", "evoc", "umap-learn", "hdbscan", "scikit-learn", "numpy"]
        write_section("Themes", command="python -m benchmarks.themes", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
