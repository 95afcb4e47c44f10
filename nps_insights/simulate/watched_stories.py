"""What is planted in a watched world: which NPS each product has in each month, and which themes come and go with it.

The products belong to the invented business of `nps_insights.simulate.world`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.tables import SettingsError

STORIES = ("product_drop", "target_reached", "stable")
# Product: share of the accounts, and its NPS while nothing happens; together they make 30.
PRODUCTS = {"Cloud telephony": (0.40, 33.0), "Internet line": (0.35, 30.0), "Numbers": (0.25, 25.2)}
USUAL_NPS = 30.0
# People who have just been helped answer happier than those who are asked out of the blue.
TRANSACTIONAL_BONUS = 8.0
MIN_PERIODS = 6

_BROKEN, _BROKEN_THEME, _POINTS, _BROKEN_SHARE = "Cloud telephony", "outages", 20.0, 0.50
_BETTER_THEME, _BETTER_SHARES = "support_wait", (0.30, 0.08)
TARGET_FROM, TARGET_VALUE, TARGET_REACHED = 20.0, 40.0, 42.0
# So many months stand still before and after the way up, so that quarters at its ends hit their values.
_STILL = 3


@dataclass(frozen=True, eq=False)
class Story:
    """What happens in which month: M months, P products, T themes.

    Attributes:
        months: The months.
        nps: Expected NPS of relational answers (M, P).
        prevalence: Share of answers that hold each opinion (M, P, T).
        events: Contract table `events`.
        changes: One row per planted change (see `watched_survey`).
        target: One row per target (see `watched_survey`).
    """

    months: pd.PeriodIndex
    nps: np.ndarray
    prevalence: np.ndarray
    events: pd.DataFrame
    changes: pd.DataFrame
    target: pd.DataFrame


def story_of(name: str, months: pd.PeriodIndex) -> Story:
    """Return the story called `name`.

    Args:
        name: One of `STORIES`.
        months: At least 6 months.

    Raises:
        SettingsError: There is no such story, or there are too few months for it.

    Example:
        >>> months = pd.period_range("2025-01", periods=12, freq="M")
        >>> story_of("stable", months).nps[[0, 11]].tolist()
        [[33.0, 30.0, 25.2], [33.0, 30.0, 25.2]]
    """
    if name not in STORIES:
        raise SettingsError(f"story: {name!r} is none; it must be one of {', '.join(STORIES)}")
    if len(months) < MIN_PERIODS:
        raise SettingsError(f"n_periods == {len(months)}: must be at least {MIN_PERIODS} months")
    if name == "product_drop":
        return _product_drop(months)
    return _target_reached(months) if name == "target_reached" else _stable(months)


def _stable(months: pd.PeriodIndex) -> Story:
    nps = np.tile([level for _, level in PRODUCTS.values()], (len(months), 1))
    held = [theme.prevalence for theme in world.THEMES]
    prevalence = np.tile(held, (len(months), len(PRODUCTS), 1))
    price_list = months[len(months) // 2].start_time.normalize()
    events = _events([(price_list, None, "New price list sent out", "price")])
    return Story(months, nps, prevalence, events, _changes([]), _target([]))


def _product_drop(months: pd.PeriodIndex) -> Story:
    """One product breaks after two thirds of the months, and is mended half way to the end."""
    usual = _stable(months)
    first = 2 * len(months) // 3
    last = first + max(1, (len(months) - first) // 2) - 1
    product, theme = list(PRODUCTS).index(_BROKEN), world.THEME_CODES.index(_BROKEN_THEME)
    share = PRODUCTS[_BROKEN][0]
    nps, prevalence = usual.nps.copy(), usual.prevalence.copy()
    nps[first : last + 1, product] -= _POINTS / share
    prevalence[first : last + 1, product, theme] = _BROKEN_SHARE
    start, end = months[first].start_time.normalize(), months[last].end_time.normalize()
    changes = [
        (kind, at, "attribute/Product", _BROKEN, _BROKEN_THEME, sign * _POINTS, sign * _POINTS / share)
        for kind, at, sign in (("drop", start, -1), ("recovery", end + pd.Timedelta(days=1), 1))
    ]
    told = [(start, end, f"{_BROKEN}: faulty release, calls drop", "outage")]
    events = pd.concat([usual.events, _events(told)]).sort_values("event_at", ignore_index=True)
    return Story(months, nps, prevalence, events, _changes(changes), _target([]))


def _target_reached(months: pd.PeriodIndex) -> Story:
    """From +20 to +42, because fewer people wait for support."""
    usual, n = _stable(months), len(months)
    still = min(_STILL, (n - 2) // 2)
    way = np.clip((np.arange(n) - still + 1) / (n - 2 * still + 1), 0, 1)
    nps = usual.nps - USUAL_NPS + TARGET_FROM + (TARGET_REACHED - TARGET_FROM) * way[:, None]
    prevalence = usual.prevalence.copy()
    before, after = _BETTER_SHARES
    prevalence[:, :, world.THEME_CODES.index(_BETTER_THEME)] = (before + (after - before) * way)[:, None]
    start, end = months[0].start_time.normalize(), months[-1].end_time.normalize()
    hired = months[still].start_time.normalize()
    changes = [("rise", hired, "", "", _BETTER_THEME, TARGET_REACHED - TARGET_FROM, TARGET_REACHED - TARGET_FROM)]
    events = _events([(hired, None, "Second support team starts", "hiring")])
    target = [("NPS to +40", "nps", "", "", TARGET_VALUE, end, TARGET_FROM, start, TARGET_REACHED)]
    return Story(months, nps, prevalence, events, _changes(changes), _target(target))


def _events(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["event_at", "ended_at", "label", "kind"])
    dates = ["event_at", "ended_at"]
    return frame.astype(dict.fromkeys(dates, "datetime64[us]")).astype({"label": "str", "kind": "str"})


def _changes(rows: list[tuple]) -> pd.DataFrame:
    columns = {
        "kind": "str", "at": "datetime64[us]", "by": "str", "group": "str", "theme_code": "str",
        "points": "float64", "points_of_group": "float64",
    }  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _target(rows: list[tuple]) -> pd.DataFrame:
    columns = {
        "name": "str", "metric": "str", "by": "str", "group": "str", "value": "float64", "due_at": "datetime64[us]",
        "baseline": "float64", "baseline_at": "datetime64[us]", "reached": "float64",
    }  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
