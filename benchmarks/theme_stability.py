"""How far themes hold: with rows dropped, as an update, with another number of rows, and against foreign texts.

Run `python -m benchmarks.theme_stability`. Rows and vectors are those of `benchmarks.themes`.
"""

import gzip
import json
import warnings
from statistics import mean

import numpy as np
import pandas as pd

from benchmarks import themes
from benchmarks.results import markdown_table, write_section
from nps_insights.themes import ThemeModel, encode_cached, load_encoder, update_themes

DROPS = range(5)
WITHHELD = 14


def vectors_of(texts: pd.Series) -> np.ndarray:
    return encode_cached(load_encoder("english"), texts.tolist(), themes.CACHE)


def segments_of(texts: pd.Series) -> pd.DataFrame:
    ids = [f"{number:06d}" for number in range(len(texts))]
    return pd.DataFrame({"segment_id": ids, "response_id": ids, "text": texts.to_numpy()})


def theme_of(model: ThemeModel, segments: pd.DataFrame, vectors: np.ndarray) -> np.ndarray:
    """The theme id of each segment, empty where it fits nowhere."""
    found = model.assign(segments, vectors).set_index("segment_id")["theme_id"]
    return found.reindex(segments["segment_id"]).fillna("").to_numpy(dtype=str)


def kept_rows(n_rows: int, seed: int) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).permutation(n_rows)[: int(0.99 * n_rows)])


def refits(frame: pd.DataFrame, drops: range = DROPS) -> list[list[str]]:
    """ARI of the themes of 99 % of the rows, fitted anew or updated, with those of all rows."""
    from sklearn.metrics import adjusted_rand_score

    segments, vectors = segments_of(frame["text"]), vectors_of(frame["text"])
    whole = ThemeModel().fit(segments, vectors)
    before = theme_of(whole, segments, vectors)
    scratch, updated = [], []
    for seed in drops:
        rows = kept_rows(len(frame), seed)
        some = segments.iloc[rows], vectors[rows]
        scratch.append(adjusted_rand_score(before[rows], theme_of(ThemeModel().fit(*some), *some)))
        fewer = ThemeModel().fit(*some)
        updated.append(
            adjusted_rand_score(
                theme_of(fewer, *some), theme_of(update_themes(fewer, segments, vectors), segments, vectors)[rows]
            )
        )
    order = np.random.default_rng(0).permutation(len(frame))
    shuffled = segments.iloc[order], vectors[order]
    same = (theme_of(ThemeModel().fit(*shuffled), *shuffled) == before[order]).all()
    return [
        ["refit on 99 % of the rows, ARI", "nps-insights, from scratch", f"{mean(scratch):.2f} ({min(scratch):.2f})"],
        [
            "update from 99 % to all rows, ARI",
            "nps-insights, as an update",
            f"{mean(updated):.2f} ({min(updated):.2f})",
        ],
        ["rows shuffled", "nps-insights", "identical" if same else "different"],
    ]


def bertopic_refits(frame: pd.DataFrame, drops: range = range(2)) -> list[list[str]]:
    """The same of UMAP + HDBSCAN as BERTopic sets them, seeded."""
    from sklearn.metrics import adjusted_rand_score

    vectors = vectors_of(frame["text"])
    before = seeded_topics(frame["text"].tolist(), vectors)
    found = []
    for seed in drops:
        rows = kept_rows(len(frame), seed)
        found.append(adjusted_rand_score(before[rows], seeded_topics(frame["text"].iloc[rows].tolist(), vectors[rows])))
    what = "refit on 99 % of the rows, ARI"
    return [[what, "BERTopic defaults, UMAP seeded", f"{mean(found):.2f} ({min(found):.2f})"]]


def seeded_topics(texts: list[str], vectors: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from umap import UMAP

        reduction = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
        return np.asarray(BERTopic(umap_model=reduction).fit_transform(texts, vectors)[0])


def withheld(frame: pd.DataFrame, n_intents: int = WITHHELD) -> list[list[str]]:
    """Fits without one intent, updated with all rows: does it get a theme of its own, and does anything else move?"""
    from sklearn.metrics import adjusted_rand_score

    segments, vectors = segments_of(frame["text"]), vectors_of(frame["text"])
    intents = np.random.default_rng(1).choice(sorted(frame["gold"].unique()), n_intents, replace=False)
    purities, covers, moved = [], [], []
    for intent in intents:
        out = (frame["gold"] == intent).to_numpy()
        model = ThemeModel().fit(segments[~out], vectors[~out])
        after = update_themes(model, segments, vectors)
        before, now = (theme_of(one, segments, vectors) for one in (model, after))
        moved.append(adjusted_rand_score(before[~out], now[~out]))
        inside = pd.Series(now[out])
        new = inside[inside.isin(set(after.theme_ids_) - set(model.theme_ids_))].value_counts()
        if len(new):
            purities.append(out[now == new.index[0]].mean())
            covers.append(new.iloc[0] / out.sum())
    return [
        [
            f"{n_intents} intents withheld, then an update",
            "nps-insights",
            f"{len(purities)} got a theme of their own (purity {mean(purities):.2f}, {mean(covers):.0%} of its rows); "
            f"ARI of all others {mean(moved):.2f}",
        ]
    ]


def refusals() -> list[list[str]]:
    """What belongs gets a theme and what is foreign none: clinc150, fitted on two thirds, judged on the rest."""
    frame = themes.clinc150()
    with gzip.open(themes.DATA / "clinc150" / "data_full.json.gz", "rt", encoding="utf-8") as file:
        parts = json.load(file)
    foreign = pd.Series([text for name, rows in parts.items() if name.startswith("oos") for text, _ in rows])
    order = np.random.default_rng(5).permutation(len(frame))
    taught, unseen = np.sort(order[:15_000]), np.sort(order[15_000:])
    segments, vectors = segments_of(frame["text"]), vectors_of(frame["text"])
    model = ThemeModel().fit(segments.iloc[taught], vectors[taught])
    own = (theme_of(model, segments.iloc[unseen], vectors[unseen]) != "").mean()
    refused = (theme_of(model, segments_of(foreign), vectors_of(foreign)) == "").mean()
    return [
        ["clinc150, unseen rows in scope with a theme", "nps-insights", f"{own:.1%}"],
        ["clinc150, out-of-scope rows refused", "nps-insights", f"{refused:.1%}"],
    ]


def numbers(draws: range = range(3)) -> list[list[str]]:
    """How the chosen number moves from 5,000 to 20,000 rows of clinc150."""
    frame = themes.clinc150()
    segments, vectors = segments_of(frame["text"]), vectors_of(frame["text"])
    found = []
    for seed in draws:
        order = np.random.default_rng(seed).permutation(len(frame))
        few, many = (
            len(ThemeModel().fit(segments.iloc[order[:n]], vectors[order[:n]]).theme_ids_) for n in (5000, 20_000)
        )
        found.append(f"{few} to {many} ({many / few - 1:+.0%})")
    return [["clinc150, number of themes from 5k to 20k rows", "nps-insights", ", ".join(found)]]


def rows() -> list[list[str]]:
    frame = themes.banking77()
    return [*refits(frame), *bertopic_refits(frame), *withheld(frame), *refusals(), *numbers()]


def main() -> None:
    """Print one markdown table and write it to the results."""
    lines = [
        "banking77 where nothing else is named; embeddings given. ARI: mean (lowest) over draws, unassigned rows as "
        "one group.",
        "",
        *markdown_table(["measure", "method", "found"], rows()),
    ]
    print("\n".join(lines))
    packages = ["nps-insights", "bertopic", "umap-learn", "hdbscan", "scikit-learn", "numpy"]
    write_section("Theme stability", command="python -m benchmarks.theme_stability", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
