"""Themes of real reviews as drivers, against the ratings that the same people gave of the same things.

Run `python -m benchmarks.drivers_seat`. Airline passengers rated seven things about their seat and wrote a review. The
gold standard is what the ratings say: the category (+1, 0, -1) regressed on all seven together, each coefficient times
the rating's SD. Where a rating is missing its mean stands in and a 0/1 column says so, so that every review counts.
The text knows nothing of the ratings: a taxonomy of seven themes with a few phrases of our own (written before any
figure was seen) finds them in the reviews, beside whatever other themes there are.

What is comparable was settled beforehand. A rating's coefficient has neither sign nor frequency: it says how much hangs
on a thing for whoever judges it. So the figure of a theme is the size of its points per mention, without sign, with all
other themes in one model (ours; also with the seven alone) or by the trade's leave-out. Beside it stand, as other
readings, total points (which grow with how often a theme comes up) and the swing between a mention in good and in bad
tone (which is partly circular, as tone is learned from the answer). Themes are found once; the intervals resample
reviews.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.drivers_seat_phrases import PHRASES
from benchmarks.results import markdown_table, write_section
from benchmarks.themes import CACHE, DATA
from nps_insights.drivers import DriverDesign, driver_design, theme_presence
from nps_insights.metrics import categorize, signed
from nps_insights.survey import says_nothing
from nps_insights.themes import Curation, Encoder, check_taxonomy, find_themes, load_encoder

RESAMPLED = 1000
# Of a rating given by fewer reviews the coefficient is mostly noise.
WELL_FILLED = 600

RATINGS = tuple(PHRASES)
NAMES = tuple(phrases[0] for phrases in PHRASES.values())
READINGS = {
    "per mention": "size of points per mention",
    "total": "size of total points",
    "swing": "swing from bad to good tone, points",
}
METHODS = {"adjusted": "ours", "seven_alone": "ours, the seven alone", "leave_out": "leave-out"}


@dataclass(frozen=True, eq=False)
class Reviews:
    """Reviews with their ratings and the themes found in them, row by row.

    Attributes:
        answer: +1 promoter, 0 passive, -1 detractor (n,).
        ratings: Ratings 1 to 5, NaN where none was given (n, 7).
        marks: 0/1 of the seven stated themes first, then of the other themes (n, 7 + others).
        good: Whether the theme was mentioned in good tone at least once (n, 7).
        bad: Whether in bad tone (n, 7).
    """

    answer: np.ndarray
    ratings: np.ndarray
    marks: np.ndarray
    good: np.ndarray
    bad: np.ndarray

    def taken(self, rows: np.ndarray) -> "Reviews":
        """Return these rows."""
        return Reviews(self.answer[rows], self.ratings[rows], self.marks[rows], self.good[rows], self.bad[rows])


def seat_reviews(data: Path = DATA) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return responses, comments and ratings (NaN where missing or "not applicable") of the seat reviews."""
    frame = pd.read_csv(data / "skytrax_lounge_seat" / "seat.csv.gz", keep_default_na=False)
    frame = frame[frame["overall_rating"] != ""].reset_index(drop=True)
    ids = [f"r{row:04d}" for row in range(len(frame))]
    responses = pd.DataFrame({"response_id": ids, "score": frame["overall_rating"].astype(float)})
    responses[["scale_min", "scale_max"]] = 1.0, 10.0
    responses["category"] = categorize(responses["score"])
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": frame["content"]})
    comments["says_nothing"] = says_nothing(comments["text"])
    ratings = frame[list(RATINGS)].apply(pd.to_numeric, errors="coerce")
    return responses, comments, ratings.where(ratings > 0)


def taxonomy() -> tuple[object, ...]:
    """Return the seven stated themes."""
    themes = [{"name": phrases[0], "examples": list(phrases[1:])} for phrases in PHRASES.values()]
    return check_taxonomy({"theme": themes})


def reviews(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    ratings: pd.DataFrame,
    *,
    encoder: Encoder,
    cache: Path | None = CACHE,
) -> tuple[Reviews, DriverDesign]:
    """Find the themes once and return what figures are computed from, and the driver matrix of our model."""
    found = find_themes(
        comments, responses, encoder=encoder, curation=Curation(taxonomy=taxonomy()), cache_folder=cache
    )
    # The bootstrap refits plain coefficients, so that ours are those here, too.
    design = driver_design(responses, found.comments, theme_presence(found.mentions, found.themes), with_length=False)
    stated = [driver_ids(design)[name] for name in NAMES]
    others = [name for name in design.drivers["driver_id"] if name not in stated]
    ids = design.matrix["response_id"]
    toned = found.mentions.assign(driver_id="theme/" + found.mentions["theme_id"])
    good, bad = (
        np.column_stack([ids.isin(part.loc[part["driver_id"] == name, "response_id"]) for name in stated])
        for part in (toned[toned["tone"] > 0], toned[toned["tone"] < 0])
    )
    rows = responses.set_index("response_id").index.get_indexer(ids)
    return (
        Reviews(
            signed(design.matrix["category"]).astype(float),
            ratings.to_numpy(float)[rows],
            design.matrix[[*stated, *others]].to_numpy(float),
            good.astype(float),
            bad.astype(float),
        ),
        design,
    )


def driver_ids(design: DriverDesign) -> dict[str, str]:
    """Return label -> driver_id of all drivers in the matrix."""
    return dict(zip(design.drivers["label"], design.drivers["driver_id"], strict=True))


# --- figures


def coefficients(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return least squares coefficients with an intercept, without it; of columns that cannot be told apart the least.

    Example:
        >>> coefficients(np.array([[0.0], [1.0]]), np.array([1.0, 3.0])).round(6).tolist()
        [2.0]
    """
    centred = x - x.mean(axis=0)
    return np.asarray(np.linalg.lstsq(centred, y - y.mean(), rcond=None)[0])


def importance(read: Reviews) -> np.ndarray:
    """Return the standardised coefficient of each rating in one regression of the category on all seven (7,)."""
    given = ~np.isnan(read.ratings)
    filled = np.where(given, read.ratings, np.nanmean(read.ratings, axis=0))
    missing = (~given)[:, (~given).any(axis=0)].astype(float)
    joint = coefficients(np.hstack([filled, missing]), read.answer)[: len(RATINGS)]
    return joint * np.nanstd(read.ratings, axis=0)


def figures(read: Reviews) -> dict[tuple[str, str], np.ndarray]:
    """Return the points of the seven themes by (method, reading), with sign except for the swing."""
    seven, others = read.marks[:, : len(RATINGS)], read.marks[:, len(RATINGS) :]
    per_mention = {
        "adjusted": _joint(seven, others, read.answer),
        "seven_alone": _joint(seven, others[:, :0], read.answer),
        "leave_out": _apart(seven, read.answer),
    }
    toned = np.hstack([read.good, read.bad])
    both = {
        "adjusted": _joint(toned, others, read.answer),
        "seven_alone": _joint(toned, others[:, :0], read.answer),
        "leave_out": _apart(toned, read.answer),
    }
    found = {(method, "per mention"): points for method, points in per_mention.items()}
    found |= {(method, "total"): points * seven.mean(axis=0) for method, points in per_mention.items()}
    return found | {
        (method, "swing"): points[: len(RATINGS)] - points[len(RATINGS) :] for method, points in both.items()
    }


def _joint(marks: np.ndarray, others: np.ndarray, answer: np.ndarray) -> np.ndarray:
    return 100 * coefficients(np.hstack([marks, others]), answer)[: marks.shape[1]]


def _apart(marks: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Mean of those who mention less mean of those who do not: the leave-out figure per mention."""
    mentioned = marks.sum(axis=0)
    total = marks.T @ answer
    return 100 * (total / mentioned - (answer.sum() - total) / (len(answer) - mentioned))


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Return the rank correlation.

    Example:
        >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 9.0]))
        1.0
    """
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)


def above(size: np.ndarray, matter: np.ndarray) -> float:
    """Return the share of pairs in which the theme of a rating that matters has the larger figure.

    Example:
        >>> above(np.array([3.0, 1.0, 2.0]), np.array([True, True, False]))
        0.5
    """
    pairs = size[matter][:, None] - size[~matter]
    return float((pairs > 0).mean() + (pairs == 0).mean() / 2)


def resampled(read: Reviews, times: int, *, random_state: int = 0) -> list[Reviews]:
    """Return so many samples of the reviews with replacement."""
    rng = np.random.default_rng(random_state)
    return [read.taken(rng.integers(len(read.answer), size=len(read.answer))) for _ in range(times)]


@dataclass(frozen=True, eq=False)
class Compared:
    """Figures of the seven, and how their sizes follow the ratings' own importance.

    Attributes:
        ratings: rating, name, n_rated, n_mentioning, importance with low and high, matters.
        figures: (method, reading) -> points (7,).
        agreement: method, reading, ratings (all seven, or those that are well filled), spearman, low, high, above.
    """

    ratings: pd.DataFrame
    figures: dict[tuple[str, str], np.ndarray]
    agreement: pd.DataFrame


def compared(read: Reviews, times: int = RESAMPLED) -> Compared:
    """Return figures and agreement with 95 % intervals by the bootstrap over reviews."""
    samples = resampled(read, times)
    gold, golds = importance(read), np.stack([importance(sample) for sample in samples])
    found, founds = figures(read), [figures(sample) for sample in samples]
    low, high = np.quantile(golds, [0.025, 0.975], axis=0)
    rated = (~np.isnan(read.ratings)).sum(axis=0)
    ratings = pd.DataFrame(
        {
            "rating": RATINGS,
            "name": NAMES,
            "n_rated": rated,
            "n_mentioning": read.marks[:, : len(RATINGS)].sum(axis=0).astype(int),
            "importance": gold,
            "low": low,
            "high": high,
            # Nobody minds a thing less for being better: what matters has its whole interval above zero.
            "matters": low > 0,
        }
    )
    rows = []
    for among, kept in (("all seven", rated > 0), ("well filled", rated >= WELL_FILLED)):
        matter = ratings["matters"].to_numpy()[kept]
        for key, points in found.items():
            size = np.abs(points)[kept]
            ranks = [spearman(np.abs(one[key])[kept], own[kept]) for one, own in zip(founds, golds, strict=True)]
            ends = np.nanquantile(ranks, [0.025, 0.975])
            pairs = above(size, matter) if matter.any() and not matter.all() else np.nan
            rows.append((*key, among, spearman(size, gold[kept]), *ends, pairs))
    names = ["method", "reading", "ratings", "spearman", "low", "high", "above"]
    return Compared(ratings, found, pd.DataFrame(rows, columns=names))


# --- what is written


def lines_of(found: Compared, read: Reviews) -> list[str]:
    """Lines of the section: the seven side by side, then the agreement."""
    complete = int((~np.isnan(read.ratings)).all(axis=1).sum())
    order = np.argsort(-found.ratings["importance"].to_numpy())
    rows = [
        [one["name"], one["n_rated"], f"{one['importance']:.3f} ({one['low']:.3f} to {one['high']:.3f})"]
        + ["yes" if one["matters"] else "no", one["n_mentioning"]]
        + [f"{found.figures[method, reading][place]:.1f}" for reading in READINGS for method in METHODS]
        for place, one in ((place, found.ratings.iloc[place]) for place in order)
    ]
    header = ["theme", "rated by", "importance of its rating (95 %)", "matters", "mentioned by"]
    header += [f"{name}: {reading}" for reading in READINGS for name in METHODS.values()]
    agreement = [_agreement_row(row) for row in found.agreement.to_dict("records")]
    return [
        f"{len(read.answer):,} reviews; {complete} of them gave all seven ratings. Figures in points.",
        "",
        *markdown_table(header, rows),
        "",
        "Rank correlation of the figures' sizes with the importance of the ratings, and the share of pairs in which a "
        "rating that matters has the larger figure than one that does not:",
        "",
        *markdown_table(["reading", "method", "ratings", "Spearman (95 %)", "pairs in order"], agreement),
    ]


def _agreement_row(row: dict[str, Any]) -> list[str]:
    pairs = "" if np.isnan(row["above"]) else f"{row['above']:.0%}"
    rank = f"{row['spearman']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
    return [READINGS[row["reading"]], METHODS[row["method"]], row["ratings"], rank, pairs]


def main() -> None:
    """Print and write both tables."""
    read, _ = reviews(*seat_reviews(), encoder=load_encoder("english"))
    lines = [*__doc__.split("\n\n")[1:], "", *lines_of(compared(read), read)]
    print("\n".join(lines))
    packages = ["nps-insights", "numpy", "scipy"]
    write_section(
        "Drivers of seat reviews", command="python -m benchmarks.drivers_seat", packages=packages, lines=lines
    )


if __name__ == "__main__":
    main()
