"""Do emerging, fading and possible new themes get found, and stays quiet what is stable or noise?

Shares over time come from planted worlds with known truth. For possible new themes an intent of banking77 is held out
of the fit and given afterwards; the noise is clinc150's out-of-scope rows beside a model of its intents.

Run `python -m benchmarks.theme_time`.
"""

import gzip
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from benchmarks.themes import CACHE, DATA, banking77, clinc150
from nps_insights.metrics import theme_changes
from nps_insights.themes import ThemeModel, encode_cached, load_encoder, possible_themes

HEADER = ["answers per period", "earlier periods", "themes: stable + doubled", "rule", "false alerts per 100", "power"]
POSSIBLE_HEADER = ["given afterwards", "its rows", "that fit nowhere", "found of those", "purity", "other groups"]
INTENTS = (
    "Refund_not_showing_up",
    "age_limit",
    "card_swallowed",
    "country_support",
    "disposable_card_limits",
    "exchange_rate",
    "lost_or_stolen_phone",
    "passcode_forgotten",
    "pin_blocked",
    "verify_my_identity",
)
# Stricter than the default: an update looks for what is new, at the price of refusing more of what is known.
_STRICT = 0.05
_LOW, _HIGH = 0.03, 0.06


def planted(n: int, *, shares: np.ndarray, doubled: int, periods: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return commenting responses of some months and their mentions; the first `doubled` themes double in the last.

    Args:
        n: Commenting responses in each month.
        shares: Share of each theme, all months but the last.
        doubled: How many of the themes double.
        periods: Months before the last.
        seed: Seed.
    """
    rng = np.random.default_rng(seed)
    starts = pd.date_range("2025-01-01", periods=periods + 1, freq="MS")
    ids = np.array([f"r{row:06d}" for row in range(n * (periods + 1))])
    # The last answer of a month falls on its last day, so that every month counts as over.
    days = np.concatenate(
        [start + pd.to_timedelta(np.linspace(0, start.days_in_month - 1, n), "D") for start in starts]
    )
    grown = np.where(np.arange(len(shares)) < doubled, 2 * shares, shares)
    said = rng.random((len(ids), len(shares))) < np.r_[np.tile(shares, (n * periods, 1)), np.tile(grown, (n, 1))]
    rows, themes = np.nonzero(said)
    mentions = pd.DataFrame({"response_id": ids[rows], "theme_id": [f"t{theme:03d}" for theme in themes]})
    return pd.DataFrame({"response_id": ids, "responded_at": pd.to_datetime(days)}), mentions


def rates(*, n: int, worlds: int, periods: int, stable: int, doubled: int) -> dict[str, float]:
    """Return false alerts per 100 stable themes and the share of doubled themes found, over some planted worlds.

    Both of our rule and of the trade's, two standard deviations of the earlier periods ("2 SD ..."; needs several).
    """
    tally = dict.fromkeys(("false", "found", "2 SD false", "2 SD found"), 0)
    for seed in range(worlds):
        shares = np.random.default_rng(10_000 + seed).uniform(_LOW, _HIGH, doubled + stable)
        answers, mentions = planted(n, shares=shares, doubled=doubled, periods=periods, seed=seed)
        changes = theme_changes(mentions, answers, per="month", before=periods)
        alert = (changes["reason"] != "steady").to_numpy()
        tally["found"] += int(alert[:doubled].sum())
        tally["false"] += int(alert[doubled:].sum())
        if periods > 2:
            wolf = _two_deviations(answers, mentions)
            tally["2 SD found"] += int(wolf[:doubled].sum())
            tally["2 SD false"] += int(wolf[doubled:].sum())
    per_theme, per_doubled = 100 / max(worlds * stable, 1), 1 / max(worlds * doubled, 1)
    return {
        "false alerts per 100 themes": tally["false"] * per_theme,
        "power": tally["found"] * per_doubled,
        "2 SD false alerts per 100 themes": tally["2 SD false"] * per_theme,
        "2 SD power": tally["2 SD found"] * per_doubled,
    }


def _two_deviations(answers: pd.DataFrame, mentions: pd.DataFrame) -> np.ndarray:
    month = answers.set_index("response_id")["responded_at"].dt.to_period("M")
    sizes = month.value_counts().sort_index()
    counts = pd.crosstab(mentions["response_id"].map(month), mentions["theme_id"])
    share = counts.to_numpy() / sizes.to_numpy()[:, None]
    return np.abs(share[-1] - share[:-1].mean(axis=0)) > 2 * share[:-1].std(axis=0, ddof=1)


def rows(*, worlds: int = 60) -> list[list[str]]:
    """Return the rows of the table."""
    cells = []
    for periods, stable, doubled in ((1, 100, 0), (1, 90, 10), (1, 20, 20), (4, 90, 10), (6, 90, 10)):
        for n in (500, 1000, 2000):
            found = rates(n=n, worlds=worlds, periods=periods, stable=stable, doubled=doubled)
            mix = f"{stable} + {doubled}"
            rules = [("score test, BH 10 %", "")] + (
                [("+-2 SD of the earlier periods", "2 SD ")] if periods > 2 else []
            )
            for name, key in rules:
                power = f"{found[key + 'power']:.2f}" if doubled else "-"
                false = f"{found[key + 'false alerts per 100 themes']:.2f}"
                cells.append([f"{n:,}", str(periods), mix, name, false, power])
    return cells


def held_out(frame: pd.DataFrame, vectors: np.ndarray, intent: str) -> list[str]:
    """Return a row: the intent's rows after a fit without them.

    Args:
        frame: text and gold.
        vectors: Their vectors, row for row.
        intent: The gold name to hold out.
    """
    segments = _segments(frame["text"])
    known = (frame["gold"] != intent).to_numpy()
    model = ThemeModel(unassigned=_STRICT).fit(segments[known].reset_index(drop=True), vectors[known])
    mentions = model.assign(segments, vectors)
    found = possible_themes(segments, vectors, mentions, labels=model.labels_)
    truth = set(segments["segment_id"][~known])
    outside = truth - set(mentions["segment_id"])
    own = found.members[found.members["segment_id"].isin(truth)]
    groups = own["group_id"].unique()
    members = found.members[found.members["group_id"].isin(groups)]
    share = f"{len(own) / max(len(outside), 1):.0%}"
    purity = f"{len(own) / len(members):.0%}" if len(members) else "-"
    return [intent, str(len(truth)), str(len(outside)), share, purity, str(len(found.table) - len(groups))]


def noise() -> list[str]:
    """Return a row: what is found among clinc150's out-of-scope rows and what its own intents refuse."""
    known = clinc150()
    with gzip.open(DATA / "clinc150" / "data_full.json.gz", "rt", encoding="utf-8") as file:
        parts = json.load(file)
    other = [text for part, rows in parts.items() if part.startswith("oos") for text, _ in rows]
    segments = _segments([*known["text"], *other])
    vectors = encode_cached(load_encoder("english"), segments["text"].tolist(), CACHE)
    model = ThemeModel().fit(segments.head(len(known)), vectors[: len(known)])
    mentions = model.assign(segments, vectors)
    n_outside = len(set(segments["segment_id"].tail(len(other))) - set(mentions["segment_id"]))
    found = possible_themes(segments, vectors, mentions)
    return ["out of scope (noise)", str(len(other)), str(n_outside), "-", "-", str(len(found.table))]


def _segments(texts: Sequence[str]) -> pd.DataFrame:
    ids = [f"{row:06d}" for row in range(len(texts))]
    return pd.DataFrame({"segment_id": ids, "comment_id": ids, "response_id": ids, "position": 1, "text": list(texts)})


def possible_rows() -> list[list[str]]:
    """Return the rows of the second table."""
    frame = banking77()
    vectors = encode_cached(load_encoder("english"), frame["text"].tolist(), CACHE)
    return [*(held_out(frame, vectors, intent) for intent in INTENTS), noise()]


def main() -> None:
    """Print the table and write it to the results."""
    lines = [
        "Planted worlds: themes of 3-6 % of those who commented; the doubled ones double in the last month. 60 worlds "
        "a row.",
        "",
        *markdown_table(HEADER, rows()),
        "",
        f"Possible new themes: an intent of banking77 held out of the fit ({_STRICT:.0%} of the fitted rows refused), "
        "and noise under a model of clinc150.",
        "",
        *markdown_table(POSSIBLE_HEADER, possible_rows()),
    ]
    print("\n".join(lines))
    packages = ["nps-insights", "numpy", "pandas"]
    write_section("Themes over time", command="python -m benchmarks.theme_time", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
