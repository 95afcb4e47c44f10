"""What moves patients: the themes that people coded by hand, beside those found in their words.

Run `python -m benchmarks.drivers_nhs`. The NHS comments carry codes of human readers and the patient's answer, from
very poor to very good (promoter 5, passive 4, detractor 3 or less). The same model is fitted twice, on the codes and on
the themes that nps-insights finds without them, both adjusted for the question asked. A found theme or top
theme stands for the code whose respondents it shares best (F1).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from benchmarks.themes import CACHE, DATA
from nps_insights.drivers import estimate_drivers
from nps_insights.jobs.admission import admit
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.survey import Admission
from nps_insights.themes import Encoder, find_themes, load_encoder

CODES = "Organisation & efficiency..Positive experience & gratitude"
# The coders' marks, which name no theme.
MARKS = ("Labelling not possible", "Safeguarding concerns?")
SHOWN = 5
# Below it two sets of comments share too little for the one to stand for the other.
NEAR = 0.3
HEADER = ["", "human codes", "points (95 %)", "found themes", "points (95 %)"]


@dataclass(frozen=True, eq=False)
class Compared:
    """Effects of both families on the NPS.

    Attributes:
        codes: Adjusted effects of the codes, most harmful first.
        themes: Of the found leaf themes, most harmful first.
        pairs: Each code whose nearest theme has an F1 of at least `NEAR`: label, estimate, conf_low, conf_high,
            per_mention, q_value, and the same of that theme with suffix `_theme`; f1.
        n: Responses with a usable comment.
    """

    codes: pd.DataFrame
    themes: pd.DataFrame
    pairs: pd.DataFrame
    n: int


def admitted(data: Path = DATA) -> Admission:
    """Return the survey as a report reads it: responses, comments and codes."""
    columns = {
        "response_id": "Respondent ID",
        "comment_id": "Comment ID",
        "score": "FFT categorical answer",
        "comment": "FFT answer",
        "question": "FFT question",
        "responded_at": "Date",
    }
    settings: dict[str, Any] = {
        "input": {"survey": str(data / "nhs_fft_themes" / "v6framework_230831.csv.gz")},
        "output": {"folder": "nhs-report"},
        "columns": columns,
        "score": {"scale": "5-1", "cuts": "3,5"},
        "dates": {"format": "%d/%m/%Y"},
        "report": {"theme_columns": [CODES]},
    }
    return admit(check_settings(settings)).admission


def compared(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    encoder: Encoder,
    cache: Path | None = CACHE,
) -> Compared:
    """Find the themes, fit both families, and pair each code with its nearest theme."""
    found = find_themes(comments, responses, encoder=encoder, cache_folder=cache)
    codes = codes[~codes["code"].isin(MARKS)]
    estimates = estimate_drivers(responses, found.comments, mentions=found.mentions, themes=found.themes, codes=codes)
    effects = estimates.effects
    rows = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted")].sort_values("estimate")
    leaves = found.themes.loc[found.themes["level"] == found.themes["level"].max(), "theme_id"]
    own, every = (rows[rows["kind"] == kind] for kind in ("code", "theme"))
    near = _nearest(codes, _with_tops(found.mentions, found.themes))
    return Compared(own, every[every["theme_id"].isin(leaves)], _pairs(own, every, near), estimates.n_responses)


def _with_tops(mentions: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Who mentions which theme or top theme: response_id, theme_id."""
    own = mentions[["response_id", "theme_id"]]
    top = own["theme_id"].map(themes.set_index("theme_id")["parent_id"])
    return pd.concat([own, own.assign(theme_id=top).dropna()]).drop_duplicates()


def _nearest(codes: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Of each code the theme with the highest F1 over responses: code, theme_id, f1."""
    said = codes[["response_id", "code"]].drop_duplicates()
    both = said.merge(held, on="response_id").groupby(["code", "theme_id"]).size().rename("both").reset_index()
    sizes = both["code"].map(said["code"].value_counts()) + both["theme_id"].map(held["theme_id"].value_counts())
    both = both.assign(f1=2 * both["both"] / sizes).sort_values(["f1", "theme_id"], ascending=[False, True])
    return both.drop_duplicates("code")[["code", "theme_id", "f1"]]


def _pairs(codes: pd.DataFrame, themes: pd.DataFrame, nearest: pd.DataFrame) -> pd.DataFrame:
    figures = ["label", "estimate", "conf_low", "conf_high", "per_mention", "q_value"]
    near = nearest[nearest["f1"] >= NEAR].merge(codes[figures], left_on="code", right_on="label")
    return near.merge(themes[["theme_id", *figures]], on="theme_id", suffixes=("", "_theme")).sort_values(
        "estimate", ignore_index=True
    )


def agreement(pairs: pd.DataFrame) -> dict[str, float]:
    """Return how far paired effects agree.

    Returns:
        `n` pairs, `same_sign` and `overlap` (shares of pairs with one sign, and with intervals that overlap), `clear`
        (pairs in which both are told from zero, q < .05), `clear_same_sign` (share of those with one sign), and
        `spearman` of points per mention.
    """
    from scipy.stats import spearmanr

    same = np.sign(pairs["estimate"]) == np.sign(pairs["estimate_theme"])
    overlap = (pairs["conf_low"] <= pairs["conf_high_theme"]) & (pairs["conf_low_theme"] <= pairs["conf_high"])
    clear = (pairs["q_value"] < 0.05) & (pairs["q_value_theme"] < 0.05)
    return {
        "n": len(pairs),
        "same_sign": float(same.mean()),
        "overlap": float(overlap.mean()),
        "clear": int(clear.sum()),
        "clear_same_sign": float(same[clear].mean()),
        "spearman": float(spearmanr(pairs["per_mention"], pairs["per_mention_theme"]).statistic),
    }


def lines_of(found: Compared) -> list[str]:
    """Lines of the section: five of each side by both, then the pairs."""
    rows = []
    for side, turn in (("costs", 1), ("earns", -1)):
        pairs = zip(*(_top(frame, turn) for frame in (found.codes, found.themes)), strict=True)
        rows += [[f"{side} {place}", *code, *theme] for place, (code, theme) in enumerate(pairs, start=1)]
    same = agreement(found.pairs)
    near = [
        [row["label"], points(row), row["label_theme"], points(row, "_theme"), f"{row['f1']:.2f}"]
        for row in found.pairs.to_dict("records")
    ]
    return [
        f"{found.n:,} respondents with a usable comment; {len(found.codes)} codes and {len(found.themes)} found themes "
        "that at least 20 of them mention. Total points of NPS, the most on each side:",
        "",
        *markdown_table(HEADER, rows),
        "",
        f"Codes whose nearest found theme shares their respondents with an F1 of {NEAR} or more: {same['n']:.0f}. One "
        f"sign: {same['same_sign']:.0%}; of the {same['clear']:.0f} in which both are told from zero (q < .05): "
        f"{same['clear_same_sign']:.0%}. Intervals overlap: {same['overlap']:.0%}. Spearman of points per mention: "
        f"{same['spearman']:.2f}.",
        "",
        *markdown_table(
            ["human code", "points (95 %)", "nearest found theme or top theme", "points (95 %)", "F1"], near
        ),
    ]


def _top(effects: pd.DataFrame, turn: int) -> list[list[str]]:
    top = effects.iloc[::turn].head(SHOWN)
    return [[row["label"], points(row)] for row in top.to_dict("records")]


def points(row: dict[str, Any], suffix: str = "") -> str:
    """Return an effect with its interval.

    Example:
        >>> points({"estimate": -1.234, "conf_low": -2.0, "conf_high": -0.5})
        '-1.2 (-2.0 to -0.5)'
    """
    # Adding zero turns -0.0 into 0.0.
    estimate, low, high = (round(row[name + suffix], 1) + 0.0 for name in ("estimate", "conf_low", "conf_high"))
    return f"{estimate} ({low} to {high})"


def main() -> None:
    """Print and write both tables."""
    survey = admitted()
    found = compared(survey.responses, survey.comments, survey.codes, encoder=load_encoder("english"))
    lines = [*__doc__.split("\n\n")[1:], "", *lines_of(found)]
    print("\n".join(lines))
    packages = ["nps-insights", "numpy", "scipy"]
    write_section("Drivers of patients", command="python -m benchmarks.drivers_nhs", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
