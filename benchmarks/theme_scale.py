"""Text to themes for 100,000 and 1,000,000 distinct short comments, beside BERTopic's defaults.

Run `python -m benchmarks.theme_scale`: ours in full; BERTopic encodes 5,000 rows, from which its encoding is
extrapolated, and clusters all rows with our student's vectors. With `--full` BERTopic encodes and clusters every row
itself (a quarter of an hour). Each run is a process of its own, its time from the first import and its peak memory as
the system counts them; vector caches are cold.

The rows are segments of public comments: banking77, clinc150 (out of scope too), both NHS sets, mams_acsa, both skytrax
sets and jardinerie, shuffled, the first 100,000 distinct ones. A million comments are made of them: the first half of
one and the second half of another, so that nothing repeats and comments stay as short as they were.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import themes
from benchmarks.results import markdown_table, write_section

HEADER = [
    "method",
    "comments",
    "text to themes, s",
    "processor, s",
    "of that",
    "peak memory, MiB",
    "themes",
    "in no theme",
]
ENCODED_BY_PEER = 5_000
BATCH_OF_PEER = 32
PEER_PACKAGES = ["bertopic", "umap-learn", "hdbscan", "sentence-transformers"]


def corpus(n_rows: int) -> list[str]:
    """So many distinct short comments, in a fixed random order."""
    from nps_insights.themes.segments import split_text

    texts = sorted({part for text in _public_texts() for part in split_text(text)})
    shuffled = [texts[row] for row in np.random.default_rng(0).permutation(len(texts))]
    return shuffled[:n_rows] if n_rows <= len(shuffled) else crossed(shuffled, n_rows)


def crossed(texts: list[str], n_rows: int) -> list[str]:
    """Distinct comments of the same length: the first half of the words of one text, the second half of another."""
    words = [text.split() for text in texts]
    fronts = [" ".join(one[: (len(one) + 1) // 2]) for one in words]
    backs = [" ".join(one[(len(one) + 1) // 2 :]) for one in words]
    rng = np.random.default_rng(1)
    made: dict[str, None] = dict.fromkeys(texts)
    if n_rows > len(set(fronts)) * len(set(backs)) // 2:
        raise ValueError(f"n_rows == {n_rows}, must be at most half of what {len(texts)} texts can be crossed to.")
    while len(made) < n_rows:
        pairs = rng.integers(0, len(texts), (n_rows, 2))
        made.update(dict.fromkeys(f"{fronts[one]} {backs[other]}".strip() for one, other in pairs.tolist()))
    return list(made)[:n_rows]


def _public_texts() -> list[str]:
    import xml.etree.ElementTree as ElementTree

    found: list[str] = []
    for part in ("train", "test"):
        found += pd.read_csv(themes.DATA / "banking77" / f"{part}.csv.gz", keep_default_na=False)["text"].tolist()
    with gzip.open(themes.DATA / "clinc150" / "data_full.json.gz", "rt", encoding="utf-8") as file:
        found += [text for part in json.load(file).values() for text, _ in part]
    for name, column in (("phase_1_text_data", "feedback"), ("v6framework_230831", "FFT answer")):
        found += pd.read_csv(themes.DATA / "nhs_fft_themes" / f"{name}.csv.gz", keep_default_na=False)[column].tolist()
    for part in ("train", "val", "test"):
        with gzip.open(themes.DATA / "mams_acsa" / f"{part}.xml.gz", "rt", encoding="utf-8") as file:
            found += [one.text or "" for one in ElementTree.parse(file).iter("text")]
    for name in ("seat", "lounge"):
        path = themes.DATA / "skytrax_lounge_seat" / f"{name}.csv.gz"
        found += pd.read_csv(path, keep_default_na=False)["content"].tolist()
    path = themes.DATA / "jardinerie_nps_fr" / "nps.csv.gz"
    table = pd.read_csv(path, encoding="latin-1", keep_default_na=False, sep=None, engine="python")
    return [str(text) for text in [*found, *table["explication"]]]


def ours(texts: list[str], cache_folder: Path, vectors_to: Path | None = None) -> dict[str, object]:
    """`find_themes` on the texts, everything included; `vectors_to` keeps the vectors for the peer."""
    clock = _Clock()
    from nps_insights.themes import find_themes, load_encoder

    ids = [f"c{row:07d}" for row in range(len(texts))]
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})
    clock.lap("import")
    found = find_themes(comments, None, encoder=load_encoder("english"), cache_folder=cache_folder)
    clock.lap("find themes")
    if vectors_to is not None:
        np.save(vectors_to, found.fitted.encoder.encode(texts))
    chosen = found.chosen
    return clock.found(
        tier=chosen.tier,
        fidelity=None if chosen.fidelity is None else round(chosen.fidelity.cosine, 3),
        segments=len(found.segments),
        themes=int((found.themes["level"] == 2).sum()),
        nowhere=1 - found.mentions["segment_id"].nunique() / len(found.segments),
    )


def bertopic_defaults(texts: list[str], vectors_from: Path | None) -> dict[str, object]:
    """BERTopic as it comes; with `vectors_from` it encodes 5,000 rows and clusters those vectors."""
    clock = _Clock()
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    from nps_insights.themes import load_encoder

    encoder = SentenceTransformer(str(load_encoder("english").folder), device="cpu")
    clock.lap("load")
    encoded = texts if vectors_from is None else texts[:ENCODED_BY_PEER]
    vectors = encoder.encode(encoded, batch_size=BATCH_OF_PEER)
    clock.lap("encode")
    if vectors_from is not None:
        clock.stretch("encode", len(texts) / len(encoded))
        vectors = np.load(vectors_from)
    topics, _ = BERTopic(embedding_model=encoder).fit_transform(texts, vectors)
    clock.lap("cluster")
    found = np.asarray(topics)
    return clock.found(themes=len(set(topics) - {-1}), nowhere=float((found == -1).mean()), segments=len(texts))


class _Clock:
    """Seconds by stage, of the clock and of the processor: the latter hardly move with what else the machine does."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._processor: dict[str, float] = {}
        self._last = time.perf_counter(), time.process_time()

    def lap(self, stage: str) -> None:
        now, processor = time.perf_counter(), time.process_time()
        self.stages[stage], self._processor[stage] = now - self._last[0], processor - self._last[1]
        self._last = now, processor

    def stretch(self, stage: str, times: float) -> None:
        self.stages[stage] *= times
        self._processor[stage] *= times

    def found(self, **facts: object) -> dict[str, object]:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        stages = {stage: round(seconds, 1) for stage, seconds in self.stages.items()}
        processor = sum(self._processor.values())
        return {
            "seconds": sum(self.stages.values()),
            "processor": processor,
            "stages": stages,
            "peak MiB": peak,
            **facts,
        }


def in_own_process(part: str, n_rows: int, folder: Path, *, vectors: Path | None = None) -> dict[str, object]:
    """Run one part in a process of its own and return what it measured."""
    command = [sys.executable, "-m", "benchmarks.theme_scale", "--part", part, "--rows", str(n_rows)]
    command += ["--folder", str(folder)] + (["--vectors", str(vectors)] if vectors else [])
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=themes.ROOT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def row(method: str, n_rows: int, found: dict[str, object]) -> list[str]:
    stages = ", ".join(f"{stage} {seconds}" for stage, seconds in found["stages"].items())
    nowhere = f"{found['nowhere']:.1%}"
    cells = [
        f"{n_rows:,}",
        f"{found['seconds']:.0f}",
        f"{found['processor']:.0f}",
        stages,
        f"{found['peak MiB']:,.0f}",
        str(found["themes"]),
    ]
    return [method, *cells, nowhere]


def compare(n_rows: int, n_many: int, *, full: bool = False, peer: bool = True) -> list[list[str]]:
    """Rows of the table: ours with and without a token table at hand, BERTopic's defaults, ours on `n_many`."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder, vectors = Path(name) / "cache", Path(name) / "vectors.npy"
        cold = in_own_process("ours", n_rows, folder)
        rows.append(row("nps-insights, nothing cached", n_rows, cold))
        _forget_vectors(folder)
        warm = in_own_process("ours", n_rows, folder, vectors=vectors)
        rows.append(row(f"nps-insights, token table cached (fidelity {warm['fidelity']})", n_rows, warm))
        if peer:
            found = in_own_process("peer", n_rows, folder, vectors=None if full else vectors)
            name = "BERTopic defaults" if full else "BERTopic defaults, encoding extrapolated"
            rows.append(row(name, n_rows, found))
            rows[-1][2] += f" ({_times(found, cold)} and {_times(found, warm)} x ours)"
        if n_many:
            _forget_vectors(folder)
            many = in_own_process("ours", n_many, folder)
            rows.append(row("nps-insights, token table cached", n_many, many))
            rows[-1][2] += f" ({_times(many, warm)} x the {n_rows:,})"
    return rows


def _times(one: dict[str, object], other: dict[str, object]) -> str:
    return f"{one['seconds'] / other['seconds']:.1f}"


def _forget_vectors(folder: Path) -> None:
    for path in folder.glob("*.sqlite*"):
        path.unlink()


def main() -> None:
    """Print one markdown table and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="let BERTopic encode every row")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--many", type=int, default=1_000_000, help="rows of the large run; 0 for none")
    parser.add_argument("--without-peer", action="store_true")
    parser.add_argument("--part", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--vectors", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not themes.DATA.is_dir():
        raise SystemExit(f"no data folder {themes.DATA}; name one with NPS_INSIGHTS_DATA")
    if given.part:
        warnings.simplefilter("ignore")
        texts = corpus(given.rows)
        run = (
            ours(texts, given.folder, given.vectors)
            if given.part == "ours"
            else bertopic_defaults(texts, given.vectors)
        )
        print(json.dumps(run))
        return
    rows = compare(given.rows, given.many, full=given.full, peer=not given.without_peer)
    lines = [*__doc__.split("\n\n")[1:], *markdown_table(HEADER, rows)]
    print("\n".join(lines))
    if given.rows == 100_000 and not given.without_peer:
        command = "python -m benchmarks.theme_scale" + (" --full" if given.full else "")
        packages = ["nps-insights", *PEER_PACKAGES, "torch", "scikit-learn", "scipy", "numpy"]
        write_section("Scale", command=command, packages=packages, lines=lines)


if __name__ == "__main__":
    main()
