"""Decide who is called: every account comes out once, flagged or with the reason why it is not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.answers import KnownAnswers, known_answers, quotes
from nps_insights.churn.decisions.choose import Flags, held_out, reached, worth_a_call
from nps_insights.churn.decisions.known import known_accounts
from nps_insights.churn.decisions.next_steps import add_next_steps, add_reasons
from nps_insights.churn.decisions.order import in_order
from nps_insights.churn.decisions.overlooked import overlooked
from nps_insights.churn.decisions.settings import DecisionSettings
from nps_insights.churn.decisions.turnover import EarlierLists, changes, earlier_lists, turnover
from nps_insights.churn.moments import Moment, moment
from nps_insights.tables import TABLES, SettingsError, conform, counted

_MONEY = ("risk", "value", "value_at_risk", "expected_gain")
_DECIDING = ("account_id", "owner", "lane", "group", *_MONEY, "last_score", "days_to_renewal")


@dataclass(frozen=True, eq=False)
class Decided:
    """Who is called, and whom that leaves out.

    Attributes:
        flags: Table `flags`: every account once. Rank, quote, next_step and due_at are those of flagged accounts.
        overlooked: Table `overlooked`: accounts of high risk that the list leaves out by their category.
        turnover: new, still, returned, dropped, and share_changed: the share of the list that was not on the last one
            (None without a last list).
        notes: What a reader must know, in sentences.
    """

    flags: pd.DataFrame
    overlooked: pd.DataFrame
    turnover: dict[str, float | None]
    notes: tuple[str, ...] = ()


def decide(
    risk: pd.DataFrame | None,
    accounts: pd.DataFrame,
    responses: pd.DataFrame,
    comments: pd.DataFrame | None = None,
    *,
    as_of: Moment,
    settings: DecisionSettings,
    reasons: pd.DataFrame | None = None,
    previous: Sequence[pd.DataFrame] | None = None,
    last_run: Moment | None = None,
) -> Decided:
    """Decide who is called, on what is known strictly before `as_of`.

    Every account of `accounts`, and every other one that answered or has a risk, comes out exactly once:

    - refused: it has left, has not begun, or is not in the table of accounts;
    - suppressed: it opted out, has an open complaint, or was contacted within `quiet_days`;
    - flagged: its call is due;
    - holdout: it would be flagged, and is kept off the list so that outcomes can be compared;
    - not_flagged: the others.

    Lane `fresh` holds detractors' answers since the last run, and older ones until their `fresh_hours` are over; they
    are flagged whatever the model says, are never held out, and take places first: the other lanes share what is left
    of the capacities. Lane `model` goes by risk or money; lane `rule`, for accounts without a risk, by the last answer,
    value and renewal. The answer shown is the account's latest (the worst of several at one moment), in lane fresh the
    worst fresh one; category, contact and quote are that answer's; where it has no comment, the latest one is quoted.

    Args:
        risk: Table `risk` at as_of; None where no model was promoted.
        accounts: Table `accounts`.
        responses: Table `responses`.
        comments: Table `comments`, for quotes.
        as_of: The moment of knowing.
        settings: What decides.
        reasons: Table `reasons` at as_of.
        previous: Tables `flags` of earlier runs, in any order; the one with the latest as_of is the last list.
        last_run: as_of of the last run; None: that of the last list, and without one the last `fresh_hours` are fresh.

    Returns:
        Table `flags`, whom the list overlooks by its category, and how it differs from the last one.

    Raises:
        SettingsError: last_run is not earlier than as_of.
        DataRefusedError: An account stands twice in a table, `risk` or `previous` are of another moment, or costs are
            given and no account has a value.

    Example:
        >>> day = pd.Timestamp("2026-03-01")
        >>> risk = pd.DataFrame({"account_id": ["a", "b"], "as_of": day, "risk": [0.7, 0.2]})
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "value": [100.0, 200.0]})
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2"], "account_id": ["a", "b"], "score": [9.0, 3.0],
        ...     "category": ["promoter", "detractor"], "responded_at": pd.Timestamp("2026-01-15")})
        >>> decided = decide(risk, accounts, responses, as_of=day, settings=DecisionSettings(capacity=1))
        >>> decided.flags["status"].tolist()
        ['not_flagged', 'flagged']
        >>> decided.overlooked[["category", "n", "value_at_risk"]].values.tolist()
        [['passive', 0, 0.0], ['promoter', 1, 70.0], ['silent', 0, 0.0]]
    """
    now = moment(as_of, "as_of")
    earlier = earlier_lists(previous, as_of=now)
    contacted = accounts.set_index("account_id")["contacted_at"] if "contacted_at" in accounts else None
    fresh_from = _fresh_from(last_run, earlier, now, settings)
    answers = known_answers(responses, as_of=now, fresh_from=fresh_from, contacted_at=contacted)
    known = known_accounts(accounts, risk, answers, as_of=now, settings=settings)
    rows, left_out, notes = _with_status(known.rows, settings, earlier)
    flagged = rows["status"] == "flagged"
    rows["change"] = changes(rows["account_id"], flagged.to_numpy(), earlier)
    rows = add_reasons(rows, reasons, as_of=now)
    rows = _with_list(rows, flagged, comments, answers, as_of=now, settings=settings)
    return Decided(
        flags=_table(rows.assign(as_of=now)),
        overlooked=left_out,
        turnover=turnover(rows["change"].dropna(), earlier),
        notes=(*answers.notes, *known.notes, *notes),
    )


def _fresh_from(
    last_run: Moment | None, earlier: EarlierLists, as_of: pd.Timestamp, settings: DecisionSettings
) -> pd.Timestamp:
    last = earlier.last_as_of if last_run is None else moment(last_run, "last_run")
    if last is not None and last >= as_of:
        raise SettingsError(f"last_run == {last:%Y-%m-%d %H:%M}: must be earlier than as_of == {as_of:%Y-%m-%d %H:%M}")
    # An answer whose call is still due must not fall off the list the next night.
    still_due = as_of - pd.Timedelta(hours=settings.fresh_hours)
    return still_due if last is None else min(last, still_due)


def _with_status(
    rows: pd.DataFrame, settings: DecisionSettings, earlier: EarlierLists
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    refused, suppressed = rows["refused_because"].notna(), rows["suppressed_because"].notna()
    free = ~refused & ~suppressed
    fresh = rows[free & rows["is_fresh"]].sort_values(["answered_at", "last_score", "account_id"])
    owners = fresh["owner"].tolist()
    # Texts that do not decide would be copied with every selection.
    others = rows.loc[free & ~rows["is_fresh"], list(_DECIDING)]
    chosen = others[others["group"].isin(settings.categories)]
    called, kept_off = _walk(chosen, settings, earlier, owners)
    status = np.select([refused, suppressed], ["refused", "suppressed"], "not_flagged")
    rows = rows.assign(status=status)
    rows.loc[[*fresh.index, *called], "status"] = "flagged"
    rows.loc[kept_off, "status"] = "holdout"
    rank = pd.Series(np.arange(1, len(fresh) + len(called) + 1), index=[*fresh.index, *called], dtype="Int64")
    rows["rank"] = rank.reindex(rows.index)
    left_out = overlooked(others, settings, called_already=owners)
    return rows, left_out, _notes(rows, owners, settings)


def _walk(
    rows: pd.DataFrame, settings: DecisionSettings, earlier: EarlierLists, called_already: list[str]
) -> tuple[pd.Index, pd.Index]:
    """Go down the order: the index of who is called, in order, and of who is held out."""
    rows = rows.iloc[in_order(rows, ranking=settings.ranking)]
    was_on: Flags = rows["account_id"].isin(earlier.was_on).to_numpy()
    rows = rows[worth_a_call(rows, was_on, settings)]
    was_on = rows["account_id"].isin(earlier.was_on).to_numpy()
    held = held_out(rows["account_id"], settings)
    kept = reached(rows["owner"], held, was_on, settings, called_already=called_already)
    return rows.index[kept & ~held], rows.index[kept & held]


def _with_list(
    rows: pd.DataFrame,
    flagged: pd.Series,
    comments: pd.DataFrame | None,
    answers: KnownAnswers,
    *,
    as_of: pd.Timestamp,
    settings: DecisionSettings,
) -> pd.DataFrame:
    """Add what a caller needs to the rows of the list; nobody reads it of the others."""
    on_list = add_next_steps(rows[flagged], as_of=as_of, settings=settings)
    rows["next_step"] = on_list["next_step"].reindex(rows.index)
    rows["due_at"] = on_list["due_at"].reindex(rows.index)
    if comments is not None:
        said = quotes(comments, answers, pd.Index(on_list["account_id"]))
        rows["quote"] = rows["account_id"].map(said).astype("str")
    return rows


def _notes(rows: pd.DataFrame, called_already: list[str], settings: DecisionSettings) -> list[str]:
    notes = []
    if settings.capacity is not None and len(called_already) > settings.capacity:
        notes.append(
            f"{len(called_already):,} fresh answers are due a call, more than the capacity of {settings.capacity:,}: "
            "all of them are on the list, and nobody else is."
        )
    bounded = settings.capacity is not None or settings.capacity_per_owner is not None
    by_rule = int(((rows["lane"] == "rule") & (rows["status"] == "flagged")).sum())
    if by_rule and not bounded:
        told = counted(by_rule, "account without a risk is", "accounts without a risk are")
        notes.append(
            f"{told} on the list in the order of the rule: neither threshold nor costs can judge them; state a "
            "capacity to shorten it."
        )
    if settings.holdout:
        n = int((rows["status"] == "holdout").sum())
        told = counted(n, "account is", "accounts are")
        notes.append(f"{told} held out ({settings.holdout:.0%} of those whose turn came) and must not be called.")
    return notes


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    required = {"account_id", "as_of", "lane", "status", "rank", "risk", "category", "change"}
    names = [column.name for column in TABLES["flags"].columns if column.name in rows]
    # A column that nothing was known of is left out, as the contract lets it be.
    kept = [name for name in names if name in required or rows[name].notna().any()]
    return conform("flags", rows[kept])
