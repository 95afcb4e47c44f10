"""Which answers count: internal, partial and repeated ones by stated rules, every row accounted for."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from nps_insights.metrics.periods import PERIOD_STARTS, period_starts
from nps_insights.tables import SettingsError

_ALLOWED = {"repeated": ("all", "latest"), "partial": ("keep", "drop"), "internal": ("drop", "keep")}
_UNITS = {"contact": ("account_id", "contact_id"), "account": ("contact_id", "account_id")}


@dataclass(frozen=True)
class Ruled:
    """The answers that count.

    Attributes:
        responses: Table `responses` without those set aside, sorted by response_id.
        counts: Number of rows: `read`, `kept`, and by reason those set aside: `later`, `internal`, `partial`,
            `repeated`. read = kept + all that were set aside.
        notes: Plain sentences on what was set aside, and on rules that the columns do not allow.
    """

    responses: pd.DataFrame
    counts: dict[str, int]
    notes: list[str]


def answers_by_rule(
    responses: pd.DataFrame,
    *,
    repeated: Literal["all", "latest"] = "all",
    partial: Literal["keep", "drop"] = "keep",
    internal: Literal["drop", "keep"] = "drop",
    per: str = "",
    unit: Literal["contact", "account"] = "contact",
    as_of: pd.Timestamp | None = None,
) -> Ruled:
    """Return the answers that count by the stated rules, and how many were set aside for which reason.

    A row is set aside for the first reason that holds: later than `as_of`, internal, partial, repeated. So the latest
    answer of a person is the latest of those that count.

    Args:
        responses: Table `responses`.
        repeated: "all" keeps every answer; "latest" the last one of each unit, survey and period.
        partial: Whether answers with `complete` == False stay; where it is missing the answer counts as complete.
        internal: Whether answers of employees and tests (`internal` == True) stay; missing counts as a customer's.
        per: Period within which "latest" holds: "day", "week", "month", "quarter" or "year"; empty means ever.
        unit: Whose latest answer: the contact's (where unknown, the account's) or the account's (where unknown, the
            contact's). Answers of nobody known stand alone.
        as_of: Moment of knowing: later answers are set aside and supersede nothing.

    Raises:
        SettingsError: A rule is unknown, or "latest" is asked for where no column says who answered or when.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2", "r3"], "account_id": ["a", "a", "b"]})
        >>> responses["responded_at"] = pd.to_datetime(["2026-01-05", "2026-01-20", "2026-01-07"])
        >>> ruled = answers_by_rule(responses.assign(internal=[False, False, True]), repeated="latest", per="month")
        >>> ruled.responses["response_id"].tolist(), ruled.counts["internal"], ruled.counts["repeated"]
        (['r2'], 1, 1)
    """
    _checked({"repeated": repeated, "partial": partial, "internal": internal}, unit, per)
    rows = responses.sort_values("response_id", ignore_index=True)
    reason = np.full(len(rows), "", dtype=object)
    notes: list[str] = []
    if as_of is not None and "responded_at" in rows.columns:
        _set_aside(reason, "later", (rows["responded_at"] > pd.Timestamp(as_of)).to_numpy())
    if internal == "drop":
        _set_aside(reason, "internal", _flagged(rows, "internal", True, "of employees or tests", notes))
    if partial == "drop":
        _set_aside(reason, "partial", _flagged(rows, "complete", False, "partial", notes))
    if repeated == "latest":
        _set_aside(reason, "repeated", _superseded(rows, reason == "", unit, per, notes))
    counts = {name: int((reason == name).sum()) for name in ("later", "internal", "partial", "repeated")}
    kept = rows[reason == ""].reset_index(drop=True)
    notes += _told(counts, len(rows), unit, per)
    return Ruled(kept, {"read": len(rows), "kept": len(kept), **counts}, notes)


def _checked(rules: dict[str, str], unit: str, per: str) -> None:
    for name, given in rules.items():
        if given not in _ALLOWED[name]:
            raise SettingsError(f"{name} == {given!r}: must be one of {', '.join(_ALLOWED[name])}")
    if unit not in _UNITS:
        raise SettingsError(f"unit == {unit!r}: must be one of {', '.join(_UNITS)}")
    if per and per not in PERIOD_STARTS:
        raise SettingsError(
            f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}, or empty for all time together"
        )


def _set_aside(reason: np.ndarray, name: str, holds: np.ndarray) -> None:
    reason[(reason == "") & holds] = name


def _flagged(rows: pd.DataFrame, column: str, value: bool, what: str, notes: list[str]) -> np.ndarray:
    if column not in rows.columns:
        notes.append(f"Nothing says which answers are {what} (no column {column}): none was set aside for it.")
        return np.zeros(len(rows), dtype=bool)
    flags = rows[column].astype("boolean")
    n_missing = int(flags.isna().sum())
    if n_missing:
        notes.append(f"{column} is blank in {n_missing:,} of {len(rows):,} answers; they are not counted as {what}.")
    return (flags == value).fillna(False).to_numpy(dtype=bool)


def _superseded(rows: pd.DataFrame, counts: np.ndarray, unit: str, per: str, notes: list[str]) -> np.ndarray:
    """Whether a later answer that counts stands beside each row, of the same unit, survey and period."""
    names = [name for name in _UNITS[unit] if name in rows.columns]
    if not names or "responded_at" not in rows.columns:
        raise SettingsError(
            "repeated == 'latest': needs who answered and when; the responses have no "
            + ("responded_at" if names else "account_id or contact_id")
        )
    who = "response\0" + rows["response_id"].astype("str")
    for name in names:
        who = (name + "\0" + rows[name].astype("str")).fillna(who)
    # An answer on the relationship does not repeat one on a visit.
    survey = rows["survey"].astype("str").fillna("") if "survey" in rows.columns else ""
    keys = pd.DataFrame({"who": who, "survey": survey, "at": rows["responded_at"], "row": np.arange(len(rows))})
    keys["period"] = period_starts(rows["responded_at"], per) if per else pd.NaT
    n_undated = int((rows["responded_at"].isna() & counts).sum())
    if n_undated:
        where = "are compared among themselves" if per else "count as older than any dated one"
        notes.append(f"{n_undated:,} answers have no date; they {where}.")
    last = keys[counts].sort_values(["at", "row"], na_position="first", kind="stable")
    last = last.drop_duplicates(["who", "survey", "period"], keep="last")
    return ~keys["row"].isin(last["row"]).to_numpy()


def _told(counts: dict[str, int], n: int, unit: str, per: str) -> list[str]:
    why = {
        "later": "came after as_of",
        "internal": "are of employees or tests",
        "partial": "are partial",
        "repeated": f"were followed by a later one of the same {unit}" + (f" and {per}" if per else ""),
    }
    return [f"{count:,} of {n:,} answers {why[name]} and were set aside." for name, count in counts.items() if count]
