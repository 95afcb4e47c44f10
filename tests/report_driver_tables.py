"""Believable tables of what drivers did over time, by group and under the checks, for the tests of the report."""

import pandas as pd
from report_tables import LEAVES, N_MODEL, built_once, effects, report_example

from nps_insights.metrics import benjamini_hochberg

FREQUENCY = {"t01": -3.4, "t04": 1.2, "t05": -0.9, "t09": -2.1, "t07": 0.2, "t10": -0.1}
RATE = {"t01": -0.8, "t05": 0.3}
TOTAL = -6.2


@built_once
def driver_tables() -> dict[str, pd.DataFrame]:
    """Every table that stands beside the effects."""
    return {
        "driver_sides": driver_sides(),
        "driver_checks": driver_checks(),
        "group_effects": group_effects(),
        "explained_shares": explained_shares(),
        "change_parts": change_parts(),
        "movement": movement(),
        "movers": movers(),
        "movement_effects": movement_effects(),
        "closest": closest(),
        "scenarios": scenarios(),
        "negative_controls": negative_controls(),
        "category_scores": category_scores(),
    }


def whole_example() -> dict[str, pd.DataFrame]:
    """Every table a report reads, those of the drivers included; the change is the one of the example."""
    tables = report_example() | driver_tables()
    tables["effects"] = pd.concat([tables["effects"], further_effects()], ignore_index=True)
    return tables


def change_parts(by: str = "period", before: str = "2026Q1", after: str = "2026Q2") -> pd.DataFrame:
    """A change whose parts add up to it."""
    alone = {"silence": -0.3, "silent": 0.4}
    mixed = {"plan": -0.8, "region": 0.1}
    others = [*alone.values(), *mixed.values(), *FREQUENCY.values(), *RATE.values()]
    rows = [_part("total", "", "", TOTAL, 3.1), _part("unexplained", "", "", TOTAL - sum(others), 0.9)]
    rows += [_part(part, "", "", value, 0.9) for part, value in alone.items()]
    rows += [_part("mix", f"attribute/{name}", name, value, 0.4) for name, value in mixed.items()]
    for part, values in {"frequency": FREQUENCY, "rate": RATE}.items():
        rows += [_part(part, f"theme/{own}", LEAVES[own][1], value, 0.5) for own, value in values.items()]
    return pd.DataFrame(rows).assign(by=by, before=before, after=after, n_before=596, n=644)


def _part(part: str, driver_id: str, label: str, value: float, half: float) -> dict[str, object]:
    figures = {"estimate": value, "conf_low": value - half, "conf_high": value + half, "std_error": half / 1.96}
    p_value = 0.001 if abs(value) > half else 0.6
    shares = {"share_before": 0.1, "share_after": 0.1 - value / 50} if part in ("frequency", "rate") else {}
    names = {"part": part, "driver_id": driver_id, "label": label}
    return names | figures | shares | {"p_value": p_value, "q_value": p_value if driver_id else None}


def scenarios(target: float | None = 30.0) -> pd.DataFrame:
    """Today, and three scenarios."""
    drawn = {
        "today": ("", 0.0, 0.0),
        "half of “late delivery” goes away": ("theme/t01", 0.5, 3.7),
        "“bill is wrong” goes away": ("theme/t09", 1.0, 3.4),
        "both": ("theme/t01; theme/t09", 1.0, 10.8),
    }
    rows = [
        {
            "position": at,
            "scenario": name,
            "driver_ids": ids,
            "part_removed": part,
            "estimate": 16.9 + change,
            "conf_low": 16.9 + change - 3,
            "conf_high": 16.9 + change + 3,
            "change": change,
            "change_low": change * 0.7,
            "change_high": change * 1.3,
            "target": target,
            "reaches_target": None if target is None else min(0.996, change / 15),
            "n": N_MODEL,
        }
        for at, (name, (ids, part, change)) in enumerate(drawn.items())
    ]
    frame = pd.DataFrame(rows)
    return frame.astype({"target": float, "reaches_target": float})


def movement() -> pd.DataFrame:
    """Moves of 900 customers who answered twice; 35 % move as counted, 8 % once corrected."""
    counted = {
        "detractor": {"detractor": 0.62, "passive": 0.2, "promoter": 0.06, "churned": 0.12},
        "passive": {"detractor": 0.14, "passive": 0.55, "promoter": 0.25, "churned": 0.06},
        "promoter": {"detractor": 0.04, "passive": 0.2, "promoter": 0.72, "churned": 0.04},
    }
    corrected = {
        "detractor": {"detractor": 0.8, "passive": 0.06, "promoter": 0.02, "churned": 0.12},
        "passive": {"detractor": 0.03, "passive": 0.85, "promoter": 0.06, "churned": 0.06},
        "promoter": {"detractor": 0.01, "passive": 0.05, "promoter": 0.9, "churned": 0.04},
    }
    rows = []
    for method, shares in {"raw": counted, "corrected": corrected}.items():
        for before, to in shares.items():
            for now, share in to.items():
                figures = {"estimate": share, "conf_low": max(share - 0.05, 0.0), "conf_high": min(share + 0.05, 1.0)}
                rows.append(
                    {"method": method, "from_category": before, "to_category": now, "n_moved": 300 * share} | figures
                )
    return pd.DataFrame(rows).assign(n=300, reliability=0.8)


def movers() -> pd.DataFrame:
    """Share of steps that change category, as counted and at several reliabilities."""
    figures = {"reliability": [0.7, 0.8, 0.9, 1.0], "estimate": [0.03, 0.08, 0.2, 0.35]}
    frame = pd.DataFrame(figures)
    return frame.assign(conf_low=frame["estimate"] - 0.02, conf_high=frame["estimate"] + 0.02, n=850)


def movement_effects() -> pd.DataFrame:
    """What goes with moving: seven themes down, one up, one unclear."""
    down = [(f"theme/d{at}", f"trouble {at}", f"d{at}", 300, -2.0 - at, 0.4) for at in range(7)]
    up = [("theme/t05", "friendly staff", "t05", 377, 4.4, 0.8), ("theme/t07", "price went up", "t07", 240, 0.1, 0.5)]
    frame = effects("theme", [*down, *up])
    return frame[frame["method"] == "adjusted"].drop(columns="method")


def closest() -> pd.DataFrame:
    """Three passives close to promoting, two promoters close to slipping."""
    towards = {"passive": "promoter", "promoter": "passive"}
    rows = [
        {"response_id": f"r{at}", "account_id": f"secret-account-{at}", "category": own, "towards": towards[own]}
        | {"probability": 0.6, "rank": at + 1, "detractor": 0.1, "passive": 0.4, "promoter": 0.5}
        for at, own in enumerate(["passive"] * 3 + ["promoter"] * 2)
    ]
    return pd.DataFrame(rows)


def group_effects() -> pd.DataFrame:
    """Price weighs more on the Basic plan; delivery weighs the same."""
    rows = []
    for driver_id, label, q_value, per in (
        ("theme/t07", "price went up", 0.01, {"Basic": -31.0, "Family": -12.0, "Business": 2.0}),
        ("theme/t01", "late delivery", 0.7, {"Basic": -40.0, "Family": -39.0, "Business": -38.0}),
    ):
        for group, value in per.items():
            rows.append(
                {"driver_id": driver_id, "label": label, "kind": "theme", "by": "plan", "group": group}
                | {"estimate": value / 10, "conf_low": value / 10 - 1, "conf_high": value / 10 + 1}
                | {"per_mention": value, "per_mention_low": value - 8, "per_mention_high": value + 8}
                | {"unpooled": value * 1.1, "n": 700, "n_present": 70, "p_value": q_value / 2, "q_value": q_value}
            )
    return pd.DataFrame(rows)


def driver_sides() -> pd.DataFrame:
    """The side of two drivers; of the others the table says nothing."""
    rows = [("theme/t01", "late delivery", "one-sided", -1.8, -5.5), ("theme/t05", "friendly staff", "both", 5.0, 0.9)]
    frame = pd.DataFrame(rows, columns=["driver_id", "label", "side", "promoter_points", "detractor_points"])
    frame["finding"] = ["only makes detractors", "both: wins promoters and spares detractors"]
    return frame.assign(kind="theme", range=7.0, asymmetry=0.1, asymmetry_low=-0.2, asymmetry_high=0.4)


def driver_checks() -> pd.DataFrame:
    """Robustness of all, and one driver that fails each other check."""
    rows = [
        (f"theme/{own}", label, "robustness", 0.01 * at, at > 2, f"would take {at} %")
        for at, (own, (_, label, *_)) in enumerate(LEAVES.items())
    ]
    rows += [
        ("theme/t08", "good value for money", "sentiment_only", 0.93, False, "its words are praise alone"),
        ("theme/t01", "late delivery", "sentiment_only", 0.1, True, ""),
        ("theme/t04", "waiting on hold", "collinear", 0.97, False, "stands with nobody calls back"),
        ("theme/t09", "bill is wrong", "separation", 1.0, False, "171 of 171 are detractors"),
    ]
    frame = pd.DataFrame(rows, columns=["driver_id", "label", "check", "value", "passed", "finding"])
    return frame.assign(kind="theme")


def explained_shares() -> pd.DataFrame:
    """Parts of an R2 of 0.4."""
    rows = [
        {"driver_id": f"theme/{own}", "label": leaf[1], "estimate": 0.4 / 12, "conf_low": -0.01, "conf_high": 0.06}
        for own, leaf in LEAVES.items()
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(kind="theme", std_error=0.01, sampling_error=0.0, share=1 / 12, n=N_MODEL)


def negative_controls() -> pd.DataFrame:
    """Two controls, both as chance gives."""
    figures = {"estimate": [0.06, 0.04], "conf_low": [0.01, 0.01], "conf_high": [0.12, 0.1], "largest": [1.2, -0.9]}
    frame = pd.DataFrame({"control": ["permuted", "random"]} | figures)
    return frame.assign(expected=0.05, passed=True, n=200)


def category_scores() -> pd.DataFrame:
    """Two models, three figures each."""
    rows = [
        {"model": model, "metric": metric, "estimate": value, "conf_low": value - 0.02, "conf_high": value + 0.02}
        for model, values in {"base_rate": (1.08, 0.2, 0.0), "themes": (0.91, 0.52, 0.44)}.items()
        for metric, value in zip(("log_loss", "macro_f1", "weighted_kappa"), values, strict=True)
    ]
    return pd.DataFrame(rows).assign(n=N_MODEL, n_eff=1900.0)


def further_effects() -> pd.DataFrame:
    """Effects by tone beyond a placebo, and cross-fitted ones."""
    crossed = effects("theme", [("theme/t01", "late delivery", "t01", 400, -6.9, 0.3)])
    crossed = crossed[crossed["method"] == "adjusted"].assign(method="cross_fitted")
    tone = effects("theme", [("theme/t01/negative", "late delivery", "t01", 380, -3.1, 0.3)])
    tone = tone[tone["method"] == "adjusted"].assign(method="beyond_placebo", tone="negative")
    both = pd.concat([crossed, tone], ignore_index=True)
    return both.assign(q_value=benjamini_hochberg(both["p_value"]))
