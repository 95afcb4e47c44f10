"""Guided themes beside logistic regression on the same vectors: ten examples a theme, the rest is the test.

Run `python -m benchmarks.theme_guided`. Themes are the human codes of the NHS comments with at least 100 labels; for
each draw ten comments per theme are picked at random with all of their codes, and micro-F1 is measured on all other
comments. The peers' thresholds come from the picked rows alone; ours weighs their hits, out of fold, against how much
it finds in the other comments, whose texts it sees and whose codes it never does.

Two readings: `comments that say something` and codes that are themes (without the coders' marks "Not assigned" and
"Labelling not possible"); and `every row, every code`, where a fifth of the labels says "Did not answer".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from benchmarks.themes import CACHE, DATA
from nps_insights.survey import says_nothing
from nps_insights.themes import encode_cached, load_encoder, split_comments
from nps_insights.themes.guided.classifier import GuidedClassifier
from nps_insights.themes.guided.taxonomy import pick

EXAMPLES = 10
DRAWS = 10
HEADER = ["rows", "method", "micro-F1, mean of draws", "lowest to highest draw"]
_FIRST_CODE, _LAST_CODE = "Not assigned", "Positive experience & gratitude"
_MARKS = {"Not assigned", "Labelling not possible", "Safeguarding concerns?"}
_FEWEST_LABELS = 100

Found = Callable[["Coded", np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Coded:
    """Comments with their human codes.

    Attributes:
        texts: n comments.
        vectors: Their unit vectors.
        labels: bool of shape (n, themes).
        names: Names of the themes.
        name_vectors: Their unit vectors.
        parts: Segments of the comments.
        part_vectors: Their unit vectors.
        comment: Row of the comment of each segment.
    """

    texts: list[str]
    vectors: np.ndarray
    labels: np.ndarray
    names: list[str]
    name_vectors: np.ndarray
    parts: list[str]
    part_vectors: np.ndarray
    comment: np.ndarray


def nhs_codes(*, every_row: bool = False, n_rows: int | None = None) -> Coded:
    """Comments that say something with the codes that are themes, or every row with every code; or some of them."""
    frame = pd.read_csv(DATA / "nhs_fft_themes" / "v6framework_230831.csv.gz", keep_default_na=False)
    codes = frame.loc[:, _FIRST_CODE:_LAST_CODE] != ""
    names = [name for name in codes if codes[name].sum() >= _FEWEST_LABELS and (every_row or name not in _MARKS)]
    ids = [f"{row:05d}" for row in range(len(frame))]
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": frame["FFT answer"]})
    comments["says_nothing"] = says_nothing(comments["text"])
    kept = np.ones(len(frame), dtype=bool) if every_row else ~comments["says_nothing"].to_numpy()
    if n_rows is not None:
        kept &= np.random.default_rng(0).permutation(len(frame)) < n_rows * len(frame) / kept.sum()
        names = [name for name in names if codes.loc[kept, name].sum() >= 2 * EXAMPLES]
    comments, labels = comments[kept].reset_index(drop=True), codes.loc[kept, names].to_numpy()
    segments = split_comments(comments)
    row_of = {comment: row for row, comment in enumerate(comments["comment_id"])}
    texts, parts = comments["text"].tolist(), segments["text"].tolist()
    encoder = load_encoder("english")
    vectors, part_vectors, name_vectors = (encode_cached(encoder, some, CACHE) for some in (texts, parts, names))
    comment = segments["comment_id"].map(row_of).to_numpy()
    return Coded(texts, vectors, labels, names, name_vectors, parts, part_vectors, comment)


def micro_f1(labels: np.ndarray, found: np.ndarray) -> float:
    return float(2 * (labels & found).sum() / (labels.sum() + found.sum()))


def ours(coded: Coded, drawn: np.ndarray, *, names: bool = False) -> np.ndarray:
    """Guided classifier; the draw's codes and all texts are what it sees."""
    ids = [f"g{number:02d}" for number in range(len(coded.names))]
    model = GuidedClassifier(picked=EXAMPLES).fit(
        [coded.texts[row] for row in drawn],
        coded.vectors[drawn],
        coded.labels[drawn],
        ids,
        coded.texts,
        coded.vectors,
        name_vectors=coded.name_vectors if names else None,
    )
    scores = comment_scores(
        model.scores(coded.texts, coded.vectors), model.scores(coded.parts, coded.part_vectors), coded.comment
    )
    return scores >= model.threshold_


def comment_scores(whole: np.ndarray, parts: np.ndarray, comment: np.ndarray) -> np.ndarray:
    """Return the mean of a comment's own scores and those of its best segment, theme by theme.

    A long comment's vector blurs what one of its sentences says; a short segment lacks what stands beside it. A
    comment without segments keeps its own scores.
    """
    best = np.full(whole.shape, -np.inf)
    np.maximum.at(best, comment, parts)
    return (whole + np.where(np.isinf(best), whole, best)) / 2


def ours_by_segments(coded: Coded, drawn: np.ndarray) -> np.ndarray:
    """As a report assigns: the corpus is the segments, and a comment speaks of what its segments are assigned."""
    ids = [f"g{number:02d}" for number in range(len(coded.names))]
    model = GuidedClassifier(picked=EXAMPLES).fit(
        [coded.texts[row] for row in drawn],
        coded.vectors[drawn],
        coded.labels[drawn],
        ids,
        coded.parts,
        coded.part_vectors,
        name_vectors=coded.name_vectors,
    )
    segments = pd.DataFrame({"segment_id": [f"{row:06d}" for row in range(len(coded.parts))], "text": coded.parts})
    mentions = model.assign(segments.assign(response_id=segments["segment_id"]), coded.part_vectors)
    found = np.zeros(coded.labels.shape, dtype=bool)
    column = {one: place for place, one in enumerate(ids)}
    found[coded.comment[mentions["segment_id"].astype(int)], mentions["theme_id"].map(column)] = True
    return found


def ours_with_names(coded: Coded, drawn: np.ndarray) -> np.ndarray:
    """The same, the theme's name being known as in a taxonomy."""
    return ours(coded, drawn, names=True)


def logistic(coded: Coded, drawn: np.ndarray, *, tuned: bool = True, **settings: Any) -> np.ndarray:
    """One logistic regression per theme on the vectors; one threshold, .5 or the best out of fold on the draw."""
    from sklearn.model_selection import KFold

    vectors, labels = coded.vectors[drawn], coded.labels[drawn]
    chances = _chances(vectors, labels, coded.vectors, settings)
    if not tuned:
        return chances >= 0.5
    held_out = np.zeros(labels.shape)
    for learn, rest in KFold(5, shuffle=True, random_state=0).split(vectors):
        held_out[rest] = _chances(vectors[learn], labels[learn], vectors[rest], settings)
    grid = np.unique(np.quantile(held_out, np.linspace(0.5, 0.999, 150)))
    return chances >= grid[np.argmax([micro_f1(labels, held_out >= threshold) for threshold in grid])]


def _chances(vectors: np.ndarray, labels: np.ndarray, others: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    columns = [
        LogisticRegression(max_iter=1000, **settings).fit(vectors, column).predict_proba(others)[:, 1]
        if column.any()
        else np.zeros(len(others))
        for column in labels.T
    ]
    return np.column_stack(columns)


def balanced(coded: Coded, drawn: np.ndarray) -> np.ndarray:
    return logistic(coded, drawn, class_weight="balanced")


def balanced_at_half(coded: Coded, drawn: np.ndarray) -> np.ndarray:
    return logistic(coded, drawn, tuned=False, class_weight="balanced")


def plain_at_half(coded: Coded, drawn: np.ndarray) -> np.ndarray:
    return logistic(coded, drawn, tuned=False)


OURS = "nps-insights, guided"
PEER = "logistic regression, class_weight balanced, threshold out of fold"
METHODS: dict[str, Found] = {
    OURS: ours,
    f"{OURS}, theme names known": ours_with_names,
    f"{OURS}, as a report assigns: by segments, names known": ours_by_segments,
    "logistic regression, threshold out of fold": logistic,
    PEER: balanced,
    "logistic regression, threshold .5": plain_at_half,
    "logistic regression, class_weight balanced, threshold .5": balanced_at_half,
}


def measure(coded: Coded, methods: dict[str, Found], seeds: range) -> dict[str, list[float]]:
    """Micro-F1 of each method on the comments outside each draw."""
    figures: dict[str, list[float]] = {name: [] for name in methods}
    for seed in seeds:
        drawn = pick(coded.labels, EXAMPLES, random_state=seed)
        rest = np.setdiff1d(np.arange(len(coded.labels)), drawn)
        for name, method in methods.items():
            figures[name].append(micro_f1(coded.labels[rest], method(coded, drawn)[rest]))
    return figures


def all_labels(coded: Coded) -> float:
    """What logistic regression reaches with three quarters of all labels: no ten examples hold more than that."""
    from sklearn.model_selection import KFold

    found = np.zeros(coded.labels.shape, dtype=bool)
    for learn, rest in KFold(4, shuffle=True, random_state=0).split(coded.vectors):
        found[rest] = _chances(coded.vectors[learn], coded.labels[learn], coded.vectors[rest], {"C": 10.0}) >= 0.35
    return micro_f1(coded.labels, found)


def rows(n_draws: int = DRAWS) -> list[list[str]]:
    """Markdown table rows of both readings, peers and ours."""
    cells = []
    for title, every_row in (("comments that say something", False), ("every row, every code", True)):
        coded = nhs_codes(every_row=every_row)
        title = f"{title}: {len(coded.texts):,} rows, {len(coded.names)} themes"
        for name, figures in measure(coded, METHODS, range(n_draws)).items():
            cells.append([title, name, f"{np.mean(figures):.3f}", f"{min(figures):.3f} to {max(figures):.3f}"])
        cells.append([title, "logistic regression on 3/4 of all labels (not few)", f"{all_labels(coded):.3f}", ""])
    return cells


def main() -> None:
    """Print and write the table."""
    lines = [
        f"{EXAMPLES} examples a theme, all-MiniLM-L6-v2, draws 0 to {DRAWS - 1}; ours sees the other comments' texts, "
        "never their codes.",
        "",
        *markdown_table(HEADER, rows()),
    ]
    print("\n".join(lines))
    packages = ["nps-insights", "scikit-learn", "numpy"]
    write_section("Guided themes", command="python -m benchmarks.theme_guided", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
