"""Believable tables for the tests of the report: small, made by arithmetic, the same every time."""

from collections.abc import Callable
from datetime import date
from functools import cache, wraps

import numpy as np
import pandas as pd

from nps_insights.metrics import benjamini_hochberg, nps_interval, share_interval
from nps_insights.report import ReportFacts

SCRIPT_LABEL = "<script>window.pwned=1</script>"
N_MODEL = 2140

# label, mentions, total points, share of the total on the promoters' side
LEAVES = {
    "t01": ("p01", "late delivery", 412, -7.4, 0.25),
    "t02": ("p01", "parcel left outside", 96, -1.3, 0.1),
    "t03": ("p01", "fast delivery", 288, 3.1, 0.9),
    "t04": ("p02", "waiting on hold", 351, -4.6, 0.15),
    "t05": ("p02", "friendly staff", 377, 5.9, 0.85),
    "t06": ("p02", "nobody calls back", 118, -2.2, 0.3),
    "t07": ("p03", "price went up", 240, -0.6, 0.5),
    "t08": ("p03", "good value for money", 305, 2.4, 0.7),
    "t09": ("p03", "bill is wrong", 171, -3.4, 0.2),
    "t10": ("p04", "app keeps crashing", 133, -1.9, 0.3),
    "t11": ("p04", "easy to order online & in the shop", 260, 1.1, 0.8),
    "t12": ("p04", SCRIPT_LABEL, 74, -0.2, 0.5),
}
TOPS = {"p01": "delivery", "p02": "staff and hotline", "p03": "price and bill", "p04": "app and website"}
QUOTES = (
    "The parcel came three days after the promised date and nobody could tell me where it was.",
    "Always on time, no fuss.",
    "I was on hold for forty minutes & then the line dropped.",
    "They really listened and sorted it out within the hour, which I did not expect after last time.",
)


def built_once(build: Callable[[], dict[str, pd.DataFrame]]) -> Callable[[], dict[str, pd.DataFrame]]:
    """Build tables once; every caller gets copies of its own, which cost nothing until one is changed."""
    built = cache(build)

    @wraps(build)
    def copies() -> dict[str, pd.DataFrame]:
        return {name: table.copy(deep=False) for name, table in built().items()}

    return copies


@built_once
def report_example() -> dict[str, pd.DataFrame]:
    """Every table a report reads: 12 themes in 4, 2 group columns, 8 quarters, attributes, codes, small groups."""
    return {
        "estimates": estimates(),
        "changes": changes(),
        "themes": themes(),
        "effects": pd.concat([theme_effects(), top_effects(), code_effects(), attribute_effects()], ignore_index=True),
        "left_out": left_out(),
        "agreement": agreement(),
        "quarantine": quarantine(),
    }


def facts_example() -> ReportFacts:
    return ReportFacts(
        title="Customer loyalty, Q2 2026",
        source_name="survey.csv",
        as_of=date(2026, 6, 30),
        scale="asked from 5 (worst) to 1 (best), turned so that high is good; detractor up to 3, promoter from 5",
        counts={"read": 5204, "kept": 5012, "quarantined": 63, "duplicate": 99, "filtered": 30},
        reasons={
            "score outside 0 to 10": 41,
            "score is no number": 22,
            "repeats another row in every cell": 99,
            "no score was given": 30,
        },
        n_responses=5012,
        account_counts={
            "accounts in the file": 1900,
            "accounts with an answer": 1640,
            "accounts without an answer": 260,
            "answers whose account is not in the file": 31,
        },
        refused_columns={"satisfaction": "looks like the score under another name"},
        encoder="all-MiniLM-L6-v2",
        n_segments=4310,
        n_without_theme=502,
        n_says_nothing=143,
        controls=("channel", "question"),
        run_id="7f3a91c2",
        version="0.1.0",
        versions={"pandas": "3.1.1", "scikit-learn": "1.8.0"},
        command="nps-insights report survey.csv --accounts accounts.csv --by plan --by region",
        settings={"by": "plan, region", "confidence_level": "0.95", "random_state": "0"},
        notes=("122 answers name no account; they count as accounts of their own.",),
    )


def estimates() -> pd.DataFrame:
    parts = [_estimate("", "", 2405, 1253, 1354)]
    plans = {"Business": (720, 180, 300), "Family": (980, 590, 560), "Basic": (690, 475, 480), "Trial": (15, 8, 14)}
    regions = {"North": (600, 310, 330), "South": (820, 500, 380), "West": (975, 436, 632), "Islands": (10, 7, 12)}
    for by, cells in {"plan": plans, "region": regions}.items():
        parts += [_estimate(by, group, *cell) for group, cell in cells.items()]
    for at, promoters in enumerate((270, 262, 301, 288, 310, 296, 280, 332)):
        start = pd.Timestamp("2024-07-01") + pd.DateOffset(months=3 * at)
        parts.append(_estimate("", "", promoters, 180 - 4 * at, 160, start))
    parts.append(_estimate("", "", 9, 3, 5, pd.Timestamp("2026-07-01"), finished=False))
    parts += [_estimate("(comment)", "commented", 930, 640, 570), _estimate("(comment)", "silent", 1475, 613, 784)]
    rate, low, high = share_interval(N_MODEL, 5012)
    row = {"metric": "comment_rate", "by": "", "group": "", "n": 5012, "n_eff": 5012.0, "too_small": False}
    parts.append(pd.DataFrame([row | {"estimate": float(rate), "conf_low": float(low), "conf_high": float(high)}]))
    return pd.concat(parts, ignore_index=True)


def _estimate(
    by: str,
    group: str,
    promoters: int,
    detractors: int,
    passives: int,
    start: pd.Timestamp | None = None,
    *,
    finished: bool = True,
) -> pd.DataFrame:
    n = promoters + detractors + passives
    figures = {"nps": nps_interval(promoters, detractors, n)}
    for name, k in (("promoter", promoters), ("passive", passives), ("detractor", detractors)):
        figures[name] = share_interval(k, n)
    rows = [
        {"metric": metric, "estimate": float(value), "conf_low": float(low), "conf_high": float(high)}
        for metric, (value, low, high) in figures.items()
    ]
    frame = pd.DataFrame(rows).assign(by=by, group=group, n=n, n_eff=float(n), too_small=n < 40)
    frame["period_start"] = start if start is not None else pd.NaT
    frame["period_end"] = start + pd.DateOffset(months=3) - pd.Timedelta(days=1) if start is not None else pd.NaT
    frame["period_start"] = frame["period_start"].astype("datetime64[us]")
    frame["period_end"] = frame["period_end"].astype("datetime64[us]")
    return frame.assign(finished=finished)


def changes() -> pd.DataFrame:
    row = {"metric": "nps", "by": "", "group": "", "after_start": "2026-04-01", "after_end": "2026-06-30"}
    quarter = {"before_start": "2026-01-01", "before_end": "2026-03-31", "before_estimate": 20.8, "estimate": 7.1}
    quarter |= {"conf_low": 0.3, "conf_high": 13.9, "p_value": 0.04, "n_before": 596}
    year = {"before_start": "2025-04-01", "before_end": "2025-06-30", "before_estimate": 19.5, "estimate": 8.4}
    year |= {"conf_low": -1.0, "conf_high": 17.8, "p_value": 0.08, "n_before": 636}
    return pd.DataFrame([row | part | {"after_estimate": 27.9, "n": 644} for part in (quarter, year)])


def themes() -> pd.DataFrame:
    rows = [
        _theme(theme_id, parent, 2, label, mentions, total)
        for theme_id, (parent, label, mentions, total, _) in LEAVES.items()
    ]
    for top, label in TOPS.items():
        below = [leaf for leaf in LEAVES.values() if leaf[0] == top]
        rows.append(_theme(top, None, 1, label, sum(leaf[2] for leaf in below), sum(leaf[3] for leaf in below)))
    return pd.DataFrame(rows)


def _theme(theme_id: str, parent: str | None, level: int, label: str, mentions: int, total: float) -> dict[str, object]:
    promoters = int(mentions * min(0.9, max(0.06, 0.43 + total / 14)))
    detractors = int((mentions - promoters) * 0.6)
    nps, nps_low, nps_high = (float(x) for x in nps_interval(promoters, detractors, mentions))
    share, low, high = (float(x) for x in share_interval(mentions, N_MODEL))
    at = sum(map(ord, theme_id)) % len(QUOTES)
    return {
        "theme_id": theme_id,
        "parent_id": parent,
        "level": level,
        "label": label,
        "keywords": label.replace(" ", ", "),
        "n_segments": mentions + 9,
        "n_responses": mentions,
        "share": share,
        "share_low": low,
        "share_high": high,
        "nps": nps,
        "nps_low": nps_low,
        "nps_high": nps_high,
        "example": QUOTES[at],
        "example_negative": QUOTES[(at + 2) % len(QUOTES)],
    }


def theme_effects() -> pd.DataFrame:
    drivers = [
        (f"theme/{theme_id}", label, theme_id, mentions, total, side)
        for theme_id, (_, label, mentions, total, side) in LEAVES.items()
    ]
    return effects("theme", drivers)


def top_effects() -> pd.DataFrame:
    """Leaves of each top theme absent together: their totals add up, their mentions overlap."""
    below = {top: [leaf for leaf in LEAVES.values() if leaf[0] == top] for top in TOPS}
    drivers = [
        (f"theme/{top}", TOPS[top], top, int(0.9 * sum(leaf[2] for leaf in own)), sum(leaf[3] for leaf in own), 0.3)
        for top, own in below.items()
    ]
    return effects("theme", drivers)


def code_effects() -> pd.DataFrame:
    drivers = [
        ("code/delivery", "Delivery", None, 530, -5.1, 0.2),
        ("code/staff", "Staff", None, 610, 4.2, 0.9),
        ("code/other", "Other", None, 210, 0.1, 0.5),
    ]
    return effects("code", drivers)


def attribute_effects() -> pd.DataFrame:
    drivers = [
        ("attribute/plan/Business", "plan: Business", None, 520, 6.8, 0.6),
        ("attribute/plan/Basic", "plan: Basic", None, 700, -5.2, 0.4),
        ("attribute/years", "years as a customer", None, N_MODEL, 2.9, 0.5),
        ("attribute/region/North", "region: North", None, 540, -0.8, 0.5),
    ]
    frame = effects("attribute", drivers)
    return frame.assign(level=frame["label"].str.partition(": ")[2])


def effects(kind: str, drivers: list[tuple[str, str, str | None, int, float, float]]) -> pd.DataFrame:
    """Both methods and all four outcomes of each driver; nps = promoter - detractor holds exactly."""
    rows = []
    for driver_id, label, theme_id, mentions, total, side in drivers:
        shares = {"nps": 1.0, "promoter": side, "detractor": side - 1.0, "passive": 1.0 - 2 * side}
        for outcome, share in shares.items():
            for method, factor in (("adjusted", 1.0), ("leave_out", 1.5)):
                estimate = total * share * factor
                std_error = 0.22 + 0.9 * np.sqrt(mentions / N_MODEL) * (0.5 if outcome != "nps" else 0.8)
                z = abs(estimate) / std_error
                rows.append(
                    {
                        "driver_id": driver_id,
                        "label": label,
                        "kind": kind,
                        "theme_id": theme_id,
                        "outcome": outcome,
                        "method": method,
                        "estimate": estimate,
                        "conf_low": estimate - 1.96 * std_error,
                        "conf_high": estimate + 1.96 * std_error,
                        "std_error": std_error,
                        "p_value": float(np.exp(-0.717 * z - 0.416 * z**2)),
                        "n": N_MODEL,
                        "n_present": mentions,
                        "per_mention": estimate * N_MODEL / mentions,
                    }
                )
    frame = pd.DataFrame(rows)
    frame["q_value"] = frame.groupby(["outcome", "method"])["p_value"].transform(
        lambda p: np.asarray(benjamini_hochberg(p.to_numpy()))
    )
    return frame


def left_out() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "driver_id": ["theme/t13", "attribute/region/Islands"],
            "label": ["gift wrapping", "region: Islands"],
            "kind": ["theme", "attribute"],
            "n_present": [11, 29],
            "reason": ["mentioned in fewer than 30 answers", "fewer than 30 answers"],
        }
    )


def agreement() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["Delivery", "Staff", "Other"],
            "n_code": [530, 610, 210],
            "theme_id": ["p01", "p02", None],
            "label": ["delivery", "staff and hotline", None],
            "n_theme": [700, 790, 0],
            "n_both": [480, 560, 0],
            "precision": [0.69, 0.71, np.nan],
            "recall": [0.91, 0.92, np.nan],
            "f1": [0.78, 0.8, np.nan],
        }
    )


def quarantine() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": "survey.csv",
            "row_number": range(2, 65),
            "field": "score",
            "reason": ["score outside 0 to 10"] * 41 + ["score is no number"] * 22,
            "value": ["secret-value-77"] * 41 + [None] * 22,
        }
    )
