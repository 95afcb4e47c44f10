"""Closing the loop, measured: how soon and how many were contacted, and what followed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nps_insights.actions.known_answers import KnownAnswers, answers_before, moment_of, one_row_per_account
from nps_insights.actions.known_cases import KnownCases, cases_before
from nps_insights.actions.recovery import Recovery, Steps, likeness, recovery, steps_around
from nps_insights.actions.waiting import median_days
from nps_insights.metrics import clustered_shares, share_interval
from nps_insights.tables import DataRefusedError, SettingsError, conform, empty

# Action: the category it is for, what counts as moved up, and what that is called.
_MOVES = {
    "call": ("detractor", ("passive", "promoter"), "recovered"),
    "convert": ("passive", ("promoter",), "became_promoter"),
}
# An action that is dated by the day may stand hours before the moment it was proposed at.
_SAME_DAY = pd.Timedelta(days=1)
Figure = tuple[float, float, float]
_UNKNOWN: Figure = (np.nan, np.nan, np.nan)


def closed_loop(
    outcomes: pd.DataFrame,
    responses: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
    *,
    as_of: str | pd.Timestamp,
    contact_within: float = 2,
    close_within: float = 14,
    match: Sequence[str] = (),
    min_contacted: int = 20,
    min_comparable: int = 50,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return what contacts were made and what followed, as known before as_of.

    Per action: `contacted` and `closed` (share of the proposals), `contacted_in_time` and `closed_in_time` (of those
    whose time is over), `days_to_contact` (median, counting who still waits), `result` (share of the contacts with a
    result, by result), `answered_again` (share of the contacted who have answered since) and `recovered`
    (`became_promoter` for passives): share that moved up among the contacted, among comparable customers who were not
    contacted, and the difference. The comparable gave the same scores, answered again after as long and in the same
    quarter, had given like answers before that, and are alike in value and `match`. Intervals of shares count accounts.

    Args:
        outcomes: Table `outcomes`.
        responses: Table `responses`.
        accounts: Table `accounts`, for value and attributes.
        as_of: The moment of knowing; what came later is not known yet.
        contact_within: Days within which a contact is in time.
        close_within: Days within which a case is closed in time.
        match: Further attributes of the accounts in which comparable customers are alike, such as the plan.
        min_contacted: Fewest contacted customers with a later answer for a comparison.
        min_comparable: Fewest others.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `closed_loop`; a figure that cannot be told is missing, and `reason` says why.

    Raises:
        DataRefusedError: A case was contacted before it was proposed, or closed before it was contacted.
        SettingsError: A number of days is not above 0, or an attribute of `match` is unknown.

    Example:
        >>> outcomes = pd.DataFrame({"action": "call", "account_id": ["a", "b"],
        ...     "proposed_at": pd.Timestamp("2026-01-01"), "contacted_at": pd.to_datetime(["2026-01-02", None]),
        ...     "closed_at": pd.NaT, "result": None})
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": "a", "score": 3.0, "category": "detractor",
        ...                           "responded_at": pd.Timestamp("2025-12-30")})
        >>> table = closed_loop(outcomes, responses, as_of="2026-03-01")
        >>> table.set_index("metric")["estimate"][["contacted", "closed"]].tolist()
        [0.5, 0.0]
    """
    for name, days in (("contact_within", contact_within), ("close_within", close_within)):
        if not days > 0:
            raise SettingsError(f"{name} == {days}: must be a number of days above 0")
    moment = moment_of(as_of)
    known_cases = _known_cases(outcomes, moment)
    cases = known_cases.rows
    known = answers_before(responses, as_of=moment)
    by_id = None if accounts is None else one_row_per_account(accounts)
    first_contacts = cases.groupby("account_id")["contacted_at"].min().dropna()
    rows = []
    for action, own in cases.groupby("action"):
        found = _shares(own, moment, contact_within, close_within, confidence_level)
        found += [_days(own, moment, confidence_level), *_results(own, confidence_level)]
        if action in _MOVES:
            limits = (min_contacted, min_comparable)
            found += _followed(own, known, by_id, first_contacts, match, limits, confidence_level)
        rows += [row | {"action": action} for row in found]
    rows = _with_later(rows, known_cases)
    return conform("closed_loop", pd.DataFrame(rows)) if rows else empty("closed_loop")


def _known_cases(outcomes: pd.DataFrame, as_of: pd.Timestamp) -> KnownCases:
    """The cases as they were known before as_of; refused where their dates cannot be."""
    cases = conform("outcomes", outcomes)
    for early, late, verb in (("proposed_at", "contacted_at", "contacted"), ("contacted_at", "closed_at", "closed")):
        wrong = cases[late] < cases[early] - _SAME_DAY
        if wrong.any():
            first = cases[wrong].iloc[0]
            raise DataRefusedError(
                f"outcomes: {int(wrong.sum()):,} cases were {verb} before {early} (first: account_id "
                f"{first['account_id']!r}, {early} {first[early]:%Y-%m-%d}, {late} {first[late]:%Y-%m-%d}); "
                "correct the dates"
            )
    return cases_before(cases, as_of=as_of)


def _with_later(rows: list[dict[str, object]], cases: KnownCases) -> list[dict[str, object]]:
    """Say in the row of the contacts how many cases are of later; where all of an action are, that row is all."""
    found = [
        row | {"reason": f"{row['reason']} {cases.left_aside(str(row['action']))}".rstrip()}
        if row["metric"] == "contacted"
        else row
        for row in rows
    ]
    for action in sorted(set(cases.later["action"]) - set(cases.rows["action"])):
        found.append(_row("contacted", _UNKNOWN, 0, cases.left_aside(action)) | {"action": action})
    return found


def _shares(
    cases: pd.DataFrame, as_of: pd.Timestamp, contact_within: float, close_within: float, confidence_level: float
) -> list[dict[str, object]]:
    rows = []
    for event, within in (("contacted", contact_within), ("closed", close_within)):
        at = cases[f"{event}_at"]
        told = f"Cases that were {event}, of all that were proposed."
        rows.append(_share(cases, at.notna(), event, told, confidence_level))
        limit = pd.Timedelta(days=within)
        due = cases["proposed_at"] + limit < as_of
        in_time = (at <= cases["proposed_at"] + limit)[due]
        open_cases = int((~due).sum())
        told = f"Cases that were {event} within {within:g} days, of those proposed at least so long ago."
        told += f" {open_cases:,} are younger." if open_cases else ""
        rows.append(_share(cases[due], in_time, f"{event}_in_time", told, confidence_level))
    return rows


def _share(
    cases: pd.DataFrame, yes: pd.Series, metric: str, reason: str, confidence_level: float, group: str = ""
) -> dict[str, object]:
    """A share of cases whose interval counts accounts."""
    if cases.empty:
        return _row(metric, _UNKNOWN, 0, f"{reason} There are none yet.", group)
    ids = pd.Index(range(len(cases)))
    accounts = pd.Series(cases["account_id"].to_numpy(), index=ids)
    pairs = pd.DataFrame({"response_id": ids[yes.to_numpy()], "theme_id": "yes"})
    found = clustered_shares(pairs, accounts, ["yes"], confidence_level=confidence_level).iloc[0]
    figure = found["estimate"], found["conf_low"], found["conf_high"]
    return _row(metric, figure, len(cases), reason, group)


def _days(cases: pd.DataFrame, as_of: pd.Timestamp, confidence_level: float) -> dict[str, object]:
    contacted = cases["contacted_at"]
    figure = median_days(cases["proposed_at"], contacted, as_of=as_of, confidence_level=confidence_level)
    waiting = int(contacted.isna().sum())
    told = "Median days from proposal to contact"
    told += f", counting {waiting:,} cases that still wait." if waiting else "."
    if np.isnan(figure[0]):
        told += " Too few were contacted to tell it."
    return _row("days_to_contact", figure, len(cases), told)


def _results(cases: pd.DataFrame, confidence_level: float) -> list[dict[str, object]]:
    known = cases[cases["contacted_at"].notna() & cases["result"].notna()]
    told = f"Share of the {len(known):,} contacts with a result."
    return [
        _share(known, known["result"] == result, "result", told, confidence_level, group=str(result))
        for result in sorted(known["result"].unique())
    ]


def _followed(
    cases: pd.DataFrame,
    known: KnownAnswers,
    accounts: pd.DataFrame | None,
    first_contacts: pd.Series,
    match: Sequence[str],
    limits: tuple[int, int],
    confidence_level: float,
) -> list[dict[str, object]]:
    """What followed the first contact of each account by this action: who answered again, and how."""
    category, reached, metric = _MOVES[cases["action"].iloc[0]]
    contacts = cases.groupby("account_id")["contacted_at"].min().dropna()
    groups = ("contacted", "comparable", "difference")
    if not known.dated:
        told = "What followed cannot be told: the answers carry no dates."
        return [_row(metric, _UNKNOWN, 0, told, group) for group in groups]
    steps = steps_around(known, contacts, first_contacts, category=category)
    rows = [_answered_again(steps, category, confidence_level)]
    n, found = len(steps.contacted), None
    if n >= limits[0] and len(steps.others) >= limits[1]:
        levels = likeness(steps, accounts, match=match)
        found = recovery(steps, levels, reached=reached, confidence_level=confidence_level)
    n_others = len(steps.others) if found is None else found.n_comparable
    if found is None or n_others < limits[1]:
        told = (
            f"{n:,} contacted {category}s have answered again, and {n_others:,} comparable ones did without a contact; "
            f"it takes {limits[0]:,} and {limits[1]:,} to compare them."
        )
        return [*rows, *(_row(metric, _UNKNOWN, n, told, group) for group in groups)]
    sizes = {"contacted": n, "comparable": n_others, "difference": n + n_others}
    words = _words(found, category, reached)
    return [*rows, *(_row(metric, getattr(found, group), sizes[group], words[group], group) for group in groups)]


def _answered_again(steps: Steps, category: str, level: float) -> dict[str, object]:
    figure = share_interval(len(steps.contacted), steps.n_contacted, confidence_level=level)
    estimate, low, high = (float(one) for one in figure)
    told = f"Contacted accounts that had answered as {category}s and have answered again since."
    if steps.n_elsewhere:
        told += f" {steps.n_elsewhere:,} contacted accounts had no such answer before."
    return _row("answered_again", (estimate, low, high), steps.n_contacted, told)


def _words(found: Recovery, category: str, reached: Sequence[str]) -> dict[str, str]:
    up = " or ".join(reached)
    alike = ", ".join(found.alike) or "the category alone"
    unlike = f" They could not be made alike in {', '.join(found.unlike)}." if found.unlike else ""
    low, high = found.difference[1:]
    verdict = "cannot be told apart from none" if low <= 0 <= high else "is beyond chance"
    return {
        "contacted": f"Contacted {category}s whose next answer is {up}; chance alone moves some of them.",
        "comparable": (
            f"{category.capitalize()}s without a contact whose next answer is {up}, weighted to be like the contacted "
            f"in {alike}; they count as {found.n_eff:,.0f}.{unlike}"
        ),
        "difference": (
            f"Contacted less comparable: {100 * found.difference[0]:+.1f} in a hundred, which {verdict}. Associated "
            "with the contact; its effect only where lots were drawn; only who answered again is seen."
        ),
    }


def _row(metric: str, figure: Sequence[float], n: int, reason: str, group: str = "") -> dict[str, object]:
    names = ("estimate", "conf_low", "conf_high")
    row: dict[str, object] = {"metric": metric, "group": group, "n": n}
    return row | dict(zip(names, figure, strict=True)) | {"reason": reason}
