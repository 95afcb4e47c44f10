"""Several themes per comment beside BERTopic: sets of themes against sets of aspects that people marked.

Run `python -m benchmarks.theme_sets`. MAMS: restaurant sentences with two or more aspects each. Every method groups all
sentences without their aspects; each of its themes stands for the aspect that is most frequent among the sentences of
one half that hold the theme; the aspects of the other half are compared with those of its themes (micro-F1).
"""

import gzip
import warnings
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from benchmarks.themes import CACHE, DATA
from nps_insights.themes import ThemeModel, encode_cached, load_encoder
from nps_insights.themes.segments import split_comments

HEADER = ["method", "micro-F1, other half (median of 10 halvings)", "mapped on train, judged on val + test", "themes"]
PARTS = ("train", "val", "test")
HALVINGS = 10
CUTS = (0.0, 0.05, 0.1, 0.2, 0.3)

Sets = list[set[str]]


def sentences() -> pd.DataFrame:
    """Return comment_id, text, aspects (a set) and part of each sentence."""
    found = []
    for part in PARTS:
        with gzip.open(DATA / "mams_acsa" / f"{part}.xml.gz") as file:
            for number, one in enumerate(ElementTree.parse(file).getroot()):
                aspects = {str(aspect.get("category")) for aspect in one.iter("aspectCategory")}
                found.append((f"{part}{number:05}", one.findtext("text"), aspects, part))
    return pd.DataFrame(found, columns=["comment_id", "text", "aspects", "part"])


def micro_f1(found: Iterable[set[str]], gold: Iterable[set[str]]) -> float:
    """Return 2 x correct / (found + gold), summed over all comments.

    Example:
        >>> micro_f1([{"food"}, {"food"}], [{"food", "staff"}, {"price"}])
        0.4
    """
    pairs = list(zip(found, gold, strict=True))
    return 2 * sum(len(one & other) for one, other in pairs) / sum(len(one) + len(other) for one, other in pairs)


def aspects_of_themes(themes: Sets, gold: Sets) -> dict[str, str]:
    """Return the most frequent aspect of the comments that hold each theme; of equal ones the first by name."""
    counts: dict[str, Counter[str]] = {}
    for own, aspects in zip(themes, gold, strict=True):
        for theme in own:
            counts.setdefault(theme, Counter()).update(aspects)
    return {theme: min(count, key=lambda one: (-count[one], one)) for theme, count in counts.items()}


def judged(themes: Sets, gold: Sets, known: np.ndarray) -> float:
    """Return the micro-F1 of the comments not `known`, each theme mapped on the known ones."""
    learned, unseen = np.flatnonzero(known), np.flatnonzero(~known)
    aspect = aspects_of_themes([themes[row] for row in learned], [gold[row] for row in learned])
    found = [{aspect[theme] for theme in themes[row] if theme in aspect} for row in unseen]
    return micro_f1(found, [gold[row] for row in unseen])


def guessed(gold: Sets, known: np.ndarray) -> float:
    """Return the micro-F1 of the one set of aspects that is best for the known half, guessed for every other row."""
    learned = [one for one, is_known in zip(gold, known, strict=True) if is_known]
    rest = [one for one, is_known in zip(gold, known, strict=True) if not is_known]
    counts = Counter(aspect for one in learned for aspect in one)
    order = sorted(counts, key=lambda one: (-counts[one], one))
    guesses = [set(order[:size]) for size in range(1, len(order) + 1)]
    best = max(guesses, key=lambda guess: micro_f1([guess] * len(learned), learned))
    return micro_f1([best] * len(rest), rest)


def ours(segments: pd.DataFrame, vectors: np.ndarray, comment_ids: pd.Series) -> Sets:
    """Return the themes of each comment: those of its segments together."""
    mentions = ThemeModel().fit(segments, vectors).assign(segments, vectors)
    comment = segments.set_index("segment_id")["comment_id"]
    return _by_comment(mentions["segment_id"].map(comment), mentions["theme_id"], comment_ids)


def bertopic(texts: list[str], vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the topic of each text by BERTopic's defaults (-1: none), and its approximate distribution."""
    from bertopic import BERTopic

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = BERTopic()
        topics, _ = model.fit_transform(texts, vectors)
        distribution, _ = model.approximate_distribution(texts)
    return np.asarray(topics), distribution


def with_best_cut(distribution: np.ndarray, topics: np.ndarray, gold: Sets, known: np.ndarray) -> float:
    """Return the micro-F1 of all topics above a probability, the one that is best on the known half."""
    candidates = [
        [
            {str(topic) for topic in np.flatnonzero(row > cut)} or ({str(own)} - {"-1"})
            for row, own in zip(distribution, topics, strict=True)
        ]
        for cut in CUTS
    ]
    learned = [row for row in range(len(gold)) if known[row]]
    # The known half is halved once more, so that the cut is not chosen on the rows that map its topics.
    inner = np.arange(len(learned)) % 2 == 0
    best = max(candidates, key=lambda one: judged([one[row] for row in learned], [gold[row] for row in learned], inner))
    return judged(best, gold, known)


def measured(*, one_in: int = 1, peers: bool = True) -> dict[str, tuple[float, float, int]]:
    """Return for each method the two figures of `HEADER` and its number of themes.

    Args:
        one_in: Take every so manieth sentence.
        peers: Whether BERTopic runs beside ours.
    """
    frame = sentences().iloc[::one_in].reset_index(drop=True)
    gold: Sets = frame["aspects"].tolist()
    halves = [np.random.default_rng(seed).permutation(len(gold)) < len(gold) // 2 for seed in range(HALVINGS)]
    train = (frame["part"] == "train").to_numpy()
    comments = frame[["comment_id", "text"]].assign(response_id=frame["comment_id"], says_nothing=False)
    segments = split_comments(comments)
    encoder = load_encoder("english")
    vectors = encode_cached(encoder, segments["text"].tolist(), CACHE)
    found = {"a constant guess": (median(guessed(gold, half) for half in halves), guessed(gold, train), 0)}
    if peers:
        texts = frame["text"].tolist()
        topics, distribution = bertopic(texts, encode_cached(encoder, texts, CACHE))
        single = _sets(topics)
        found["BERTopic, one topic per sentence"] = _both(single, gold, halves, train)
        spread = median(with_best_cut(distribution, topics, gold, half) for half in halves)
        last = with_best_cut(distribution, topics, gold, train)
        found["BERTopic, approximate_distribution"] = (spread, last, int(topics.max()) + 1)
        topics, _ = bertopic(segments["text"].tolist(), vectors)
        said = topics >= 0
        sets = _by_comment(segments["comment_id"][said], pd.Series(topics[said]).astype(str), frame["comment_id"])
        found["BERTopic on our segments"] = _both(sets, gold, halves, train)
    found["nps-insights"] = _both(ours(segments, vectors, frame["comment_id"]), gold, halves, train)
    return found


def _both(themes: Sets, gold: Sets, halves: list[np.ndarray], train: np.ndarray) -> tuple[float, float, int]:
    middle = median(judged(themes, gold, half) for half in halves)
    return middle, judged(themes, gold, train), len(set().union(*themes))


def _sets(topics: np.ndarray) -> Sets:
    return [{str(topic)} if topic >= 0 else set() for topic in topics.tolist()]


def _by_comment(comment_ids: pd.Series, themes: pd.Series, order: pd.Series) -> Sets:
    found: dict[str, set[str]] = {}
    for comment, theme in zip(comment_ids.tolist(), themes.tolist(), strict=True):
        found.setdefault(comment, set()).add(theme)
    return [found.get(one, set()) for one in order]


def rows() -> list[list[str]]:
    """Return the rows of the table under `HEADER`."""
    return [
        [name, f"{halving:.3f}", f"{split:.3f}", str(number or "")]
        for name, (halving, split, number) in measured().items()
    ]


def main() -> None:
    """Print one markdown table and write it to the results."""
    lines = [*__doc__.split("\n\n")[1:], "", *markdown_table(HEADER, rows())]
    print("\n".join(lines))
    packages = ["nps-insights", "bertopic", "umap-learn", "hdbscan", "scikit-learn", "numpy"]
    write_section("Theme sets", command="python -m benchmarks.theme_sets", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
