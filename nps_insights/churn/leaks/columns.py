"""Findings of single columns: numbers, texts and ids."""

from typing import Any

import numpy as np

from nps_insights.churn.leaks.one_column import Told

# Lower bound of "found less blamed" (Youden's J) from which a single column is too good. Scores of two normal groups
# with an AUC of .85 have a J of .54, with .90 of .64, with .95 of .76; a copy of the outcome with one label in ten
# flipped has .80. A column that passes has an AUC of at most 1 - (1 - .65)^2 / 2 = .94.
TOO_FAR_APART = 0.65
# An id says when an account came, and so a little of who leaves; more than this it must not order.
ID_TOO_FAR_APART = 0.4
# Leavers at values that hardly anyone else has: share among all there, and share of all leavers.
PURE_SHARE, PURE_FOUND = 0.95, 0.1

Row = dict[str, Any]


def too_good(name: str, told: Told) -> list[Row]:
    """The finding that one cut through a column parts leavers from stayers, or none."""
    if told.apart_low <= TOO_FAR_APART:
        return []
    reason = (
        f"it alone finds {told.found:.0%} of those who left and blames {told.blamed:.0%} of those who stayed "
        f"(apart by at least {told.apart_low:.0%}; more than {TOO_FAR_APART:.0%} is too good for one column)"
    )
    return [row_of(name, "too_good", told, reason)]


def set_at_exit(name: str, told: Told, base_rate: float) -> list[Row]:
    """The finding that hardly anyone but leavers has some values, or none.

    Their share of leavers must be nearly all, and its lower bound above half the way from the base rate to 1: a few
    accounts at a level prove nothing, and where half of all leave, more is needed.
    """
    enough = told.pure_share >= PURE_SHARE and told.pure_found >= PURE_FOUND
    if not enough or told.pure_low <= (1 + base_rate) / 2:
        return []
    values = ", ".join(repr(value) for value in told.pure[:3]) + (" and others" if len(told.pure) > 3 else "")
    reason = (
        f"{told.pure_share:.0%} of {told.n_pure} accounts with the value {values} left (of all, {base_rate:.0%}); "
        f"{told.pure_found:.0%} of those who left have it: it looks set at the exit"
    )
    return [row_of(name, "set_at_exit", told, reason)]


def id_order(name: str, told: Told) -> list[Row]:
    """The finding that the order, or the make, of an id tells who left, or none."""
    if told.apart_low <= ID_TOO_FAR_APART:
        return []
    reason = (
        f"its order or make alone finds {told.found:.0%} of those who left and blames {told.blamed:.0%} of those who "
        "stayed: an id that tells the outcome was given after it, or the file was put together by it"
    )
    return [row_of(name, "id_order", told, reason)]


def row_of(name: str, kind: str, told: Told | None, reason: str, *, n: int = 0) -> Row:
    """Return one row of table `leaks`, but for `allowed`."""
    auc = (told.auc, told.auc_low, told.auc_high) if told else (np.nan, np.nan, np.nan)
    figures = dict(zip(("auc", "auc_low", "auc_high"), auc, strict=True))
    return {"name": name, "kind": kind, **figures, "n": told.n if told else n, "reason": reason}
