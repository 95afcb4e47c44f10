"""Three scores of business customers: of the people who answered, of the accounts, and of the money behind them.

The three differ where large accounts answer otherwise than small ones, or send more people; none of them is the right
one by itself, so each has a name, and whoever reports one says which.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.business.small_clusters import (
    FEW_ACCOUNTS,
    MIN_ACCOUNTS,
    MIN_EFFECTIVE_ACCOUNTS,
    ClusterScores,
    cluster_scores,
)
from nps_insights.metrics.categories import signed
from nps_insights.metrics.estimates import MIN_GROUP, known_answers
from nps_insights.metrics.figures.groups import Grouping, group_codes, grouping_name
from nps_insights.metrics.figures.surveys import one_survey
from nps_insights.metrics.figures.windows import Windows, dates_of, finished, windows_of
from nps_insights.tables import DataRefusedError, conform, empty

RESPONDENT, ACCOUNT, REVENUE = "nps", "nps_account", "nps_revenue"
ACCOUNT_METRICS = (RESPONDENT, ACCOUNT, REVENUE)


def account_scores(
    responses: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    per: str = "",
    rolling: int | None = None,
    by: Sequence[Grouping] = (),
    survey: str | None = None,
    as_of: pd.Timestamp | None = None,
    confidence_level: float = 0.95,
    min_accounts: int = MIN_ACCOUNTS,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return the respondent, account and revenue-weighted NPS, each with an interval clustered by account.

    - `nps`: every answer counts once.
    - `nps_account`: every account counts once, with the mean of its contacts (each contact with the mean of its
      answers); answers without an account do not count.
    - `nps_revenue`: every account counts by its `value` in `accounts`; accounts that are not in the table or have no
      value do not count, and `reason` says how many.

    Below 50 effective accounts the interval is that of `cluster_scores` for few clusters, and `reason` says so; with
    fewer than `min_accounts` accounts, or fewer than 4 effective ones, there is none. The interval is that of the
    opinions of accounts like these, of these values; it is no statement on accounts that were never asked.

    Args:
        responses: Table `responses`.
        accounts: Table `accounts`.
        per: Period to split by, "day" to "year"; empty means all time together.
        rolling: Days of a rolling window, as in `estimates_of`.
        by: Columns to group by, one after the other, beside all answers together; a tuple of columns is crossed.
        survey: Which survey, as in `one_survey`; needed where the answers are of two.
        as_of: Moment of knowing: later answers do not count, and it tells whether the last period is finished.
        confidence_level: Coverage of the intervals.
        min_accounts: Fewer accounts have no interval.
        min_group: Fewer answers are marked `too_small`, as is whatever has no interval.

    Returns:
        Table `estimates`; `n` is the number of answers that count.

    Raises:
        SettingsError: A column is missing, or `per` is no period.
        DataRefusedError: An account has a value below zero.

    Example:
        >>> ids = [f"a{i:02}" for i in range(20)]
        >>> accounts = pd.DataFrame({"account_id": ids, "value": [500.0] * 10 + [100.0] * 10})
        >>> responses = pd.DataFrame({"response_id": ids, "account_id": ids,
        ...                           "category": ["detractor"] * 10 + ["promoter"] * 10})
        >>> account_scores(responses, accounts)[["metric", "estimate"]].round(1).values.tolist()
        [['nps', 0.0], ['nps_account', 0.0], ['nps_revenue', -66.7]]
    """
    answers = account_answers(one_survey(responses, survey), accounts, as_of=as_of)
    if answers.empty:
        return empty("estimates")
    windows = list(windows_of(answers, per=per, rolling=rolling, as_of=as_of))
    parts = []
    for grouping in dict.fromkeys(["", *by]):
        codes, names = group_codes(answers, grouping)
        for some in windows:
            rows = _of_cells(answers, codes, names, some, confidence_level, min_accounts)
            parts += [one.assign(by=grouping_name(grouping)) for one in rows]
    estimates = pd.concat(parts, ignore_index=True)
    estimates["too_small"] = (estimates["n"] < min_group) | estimates["conf_low"].isna()
    if survey is not None:
        estimates["survey"] = survey
    if not per and rolling is None:
        return conform("estimates", estimates.drop(columns=["period_start", "period_end"]))
    dates = dates_of(answers, "finished")
    estimates["finished"] = finished(estimates["period_start"], estimates["period_end"], as_of, dates)
    return conform("estimates", estimates)


def account_answers(
    responses: pd.DataFrame, accounts: pd.DataFrame, *, as_of: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Return the answers known at `as_of` with the value of their account, in order of their id.

    Args:
        responses: Table `responses`; `account_id` may be missing.
        accounts: Table `accounts`; `value` may be missing.
        as_of: Answers dated later are left out; answers without a date stay.

    Returns:
        The rows of `responses` with account_id, `value` (missing where none is known), `promoter` and `detractor`
        (1.0 or 0.0), and numbers `account` and `contact`: one of its own for an answer that names none.

    Raises:
        DataRefusedError: An account has a value below zero.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": ["a"], "category": ["promoter"]})
        >>> account_answers(responses, pd.DataFrame({"account_id": ["a"], "value": [7.0]}))["value"].tolist()
        [7.0]
    """
    rows = known_answers(responses, as_of).sort_values("response_id", ignore_index=True)
    if "account_id" not in rows.columns:
        rows = rows.assign(account_id=pd.Series(np.nan, index=rows.index, dtype="str"))
    y = signed(rows["category"])
    return rows.assign(
        value=account_values(accounts).reindex(rows["account_id"]).to_numpy(dtype=float),
        promoter=np.maximum(y, 0.0),
        detractor=np.maximum(-y, 0.0),
        account=_numbers(rows["account_id"]),
        contact=_numbers(rows["contact_id"]) if "contact_id" in rows.columns else np.arange(len(rows)),
    )


def _numbers(ids: pd.Series) -> NDArray[np.int64]:
    """A number per id, and one of its own for each row without."""
    codes, names = pd.factorize(ids)
    return np.where(codes < 0, len(names) + np.arange(len(codes)), codes)


def account_values(accounts: pd.DataFrame) -> pd.Series:
    """Return the value of each account by account_id; missing where it has none.

    Raises:
        DataRefusedError: A value lies below zero: it would turn a score round.

    Example:
        >>> account_values(pd.DataFrame({"account_id": ["a"], "value": [7.0]}))["a"]
        np.float64(7.0)
    """
    values = accounts["value"] if "value" in accounts.columns else pd.Series(np.nan, index=accounts.index)
    known = pd.Series(values.to_numpy(dtype=float), index=accounts["account_id"].to_numpy())
    wrong = known[(known < 0) | np.isinf(known)].sort_index()
    if len(wrong):
        raise DataRefusedError(
            f"accounts: value: {len(wrong):,} of {len(known):,} are below zero or without end (first: account_id "
            f"{wrong.index[0]!r} has {wrong.iloc[0]:g}); a score cannot be weighted by them; give 0 or leave it empty"
        )
    return known


def account_rows(answers: pd.DataFrame, metric: str, cell: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """Return what each account adds to a score: one row per cell and account.

    Args:
        answers: As `account_answers` gives them.
        metric: "nps", "nps_account" or "nps_revenue".
        cell: Cell of each answer, -1 for none; one cell for all where not given.

    Returns:
        cell, account (its number), promoter and detractor (shares), people (contacts; answers in the metric "nps"),
        answers, weight.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2"], "account_id": ["a", "a"],
        ...                           "category": ["promoter", "passive"]})
        >>> answers = account_answers(responses, pd.DataFrame({"account_id": ["a"], "value": [7.0]}))
        >>> account_rows(answers, "nps_revenue")[["account", "promoter", "people", "weight"]].values.tolist()
        [[0.0, 0.5, 2.0, 7.0]]
    """
    inside = np.zeros(len(answers), dtype=np.int64) if cell is None else np.asarray(cell, dtype=np.int64)
    rows = answers[["account", "contact", "promoter", "detractor", "value"]].assign(cell=inside, answers=1)
    counts = inside >= 0
    if metric != RESPONDENT:
        counts &= answers["account_id"].notna().to_numpy()
    if metric == REVENUE:
        counts &= answers["value"].notna().to_numpy()
    rows = rows[counts]
    keys = ["cell", "account"]
    if metric != RESPONDENT:
        mean = {"promoter": "mean", "detractor": "mean", "value": "first", "answers": "sum"}
        rows = rows.groupby([*keys, "contact"], sort=True).agg(mean).reset_index()
    by_account = rows.groupby(keys, sort=True)
    found = by_account[["promoter", "detractor"]].mean()
    found["people"], found["answers"] = by_account.size(), by_account["answers"].sum()
    found["weight"] = {RESPONDENT: found["answers"], ACCOUNT: 1.0, REVENUE: by_account["value"].first()}[metric]
    return found.astype({"weight": float}).reset_index()


def scores_of(
    rows: pd.DataFrame, *, n_cells: int = 1, confidence_level: float = 0.95, min_accounts: int = MIN_ACCOUNTS
) -> ClusterScores:
    """Return the scores of rows that `account_rows` gave.

    Example:
        >>> rows = pd.DataFrame({"cell": [0], "promoter": [1.0], "detractor": [0.0], "people": [2], "weight": [1.0]})
        >>> float(scores_of(rows).estimate[0])
        100.0
    """
    figures = (rows[name].to_numpy() for name in ("cell", "weight", "promoter", "detractor", "people"))
    return cluster_scores(*figures, n_cells=n_cells, confidence_level=confidence_level, min_accounts=min_accounts)


def _of_cells(
    answers: pd.DataFrame,
    codes: NDArray[np.int32],
    names: list[str],
    windows: Windows,
    confidence_level: float,
    min_accounts: int,
) -> list[pd.DataFrame]:
    """By metric, a row for each group and window in which anybody answered."""
    some = answers if windows.rows is None else answers.iloc[windows.rows]
    codes = codes if windows.rows is None else codes[windows.rows]
    n_windows = len(windows.starts)
    crossed = codes.astype(np.int64) * n_windows + windows.codes
    crossed[(codes < 0) | (windows.codes < 0)] = -1
    filled, cell = np.unique(crossed, return_inverse=True)
    none = int(len(filled) > 0 and filled[0] < 0)
    filled, cell = filled[none:], cell.ravel() - none
    group, window = np.divmod(filled, n_windows)
    frame = pd.DataFrame({"group": np.asarray(names, dtype=object)[group].astype(str)})
    frame["period_start"] = windows.starts.astype("datetime64[us]")[window]
    frame["period_end"] = windows.ends.astype("datetime64[us]")[window]
    parts = []
    for metric in ACCOUNT_METRICS:
        rows = account_rows(some, metric, cell)
        found = scores_of(rows, n_cells=len(filled), confidence_level=confidence_level, min_accounts=min_accounts)
        figures = {name: getattr(found, name) for name in ("estimate", "conf_low", "conf_high", "n_eff", "degrees")}
        n = np.bincount(rows["cell"], rows["answers"], minlength=len(filled)).astype(np.int64)
        said = zip(interval_reasons(found, min_accounts), _left_out(some, cell, len(filled), metric), strict=True)
        reason = [" ".join(filter(None, both)) for both in said]
        parts.append(frame.assign(metric=metric, **figures, n=n, reason=reason))
    return parts


def interval_reasons(scores: ClusterScores, min_accounts: int) -> list[str]:
    """Return, by cell, why a score has no interval or a wider one; "" where neither is so.

    Example:
        >>> interval_reasons(cluster_scores([0, 0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [3, 3]), 10)
        ['No interval: 2 accounts; at least 10 are needed.']
    """
    reasons = []
    for cell, n in enumerate(scores.n_accounts):
        effective, largest = scores.effective_accounts[cell], scores.largest_share[cell]
        if n == 0:
            reasons.append("No account counts here.")
        elif n < min_accounts:
            reasons.append(f"No interval: {n} account{'s' if n > 1 else ''}; at least {min_accounts} are needed.")
        elif effective < MIN_EFFECTIVE_ACCOUNTS:
            reasons.append(
                f"No interval: {n:,} accounts weigh as much as {effective:.1f} equal ones, the largest {largest:.0%}; "
                f"at least {MIN_EFFECTIVE_ACCOUNTS:g} equal ones are needed."
            )
        elif effective < FEW_ACCOUNTS:
            reasons.append(f"Interval for few accounts: {n} weigh as much as {effective:.1f} equal ones.")
        else:
            reasons.append("")
    return reasons


def _left_out(answers: pd.DataFrame, cell: NDArray[np.int64], n_cells: int, metric: str) -> list[str]:
    """By cell: what does not count in the score, in a sentence."""
    if metric == RESPONDENT:
        return [""] * n_cells
    has, inside = answers["account_id"].notna().to_numpy(), cell >= 0
    nobody = np.bincount(cell[inside & ~has], minlength=n_cells)
    unvalued = inside & has & answers["value"].isna().to_numpy() & (metric == REVENUE)
    some = pd.DataFrame({"cell": cell[unvalued], "account": answers["account"].to_numpy()[unvalued]})
    n_answers = np.bincount(some["cell"], minlength=n_cells)
    n_accounts = np.bincount(some.drop_duplicates()["cell"], minlength=n_cells)
    sentences = []
    for i in range(n_cells):
        parts = [f"{nobody[i]} answers without an account do not count."] if nobody[i] else []
        if n_answers[i]:
            parts.append(f"{n_accounts[i]} accounts without a value ({n_answers[i]} answers) do not count.")
        sentences.append(" ".join(parts))
    return sentences
