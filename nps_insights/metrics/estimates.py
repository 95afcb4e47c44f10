"""The number with its interval: NPS, CSAT and CES, overall, by group, per period or rolling window, weighted.

Answers of one account resemble each other. Where an account answered more than once, the interval is that of the
effective number of answers, `n_eff` = n x (variance if answers were independent) / (variance between accounts), by
Student's t of the effective number of accounts less one; of fewer than 10 accounts it is marked `too_small`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.figures.cell_shares import cell_shares
from nps_insights.metrics.figures.cells import account_numbers
from nps_insights.metrics.figures.estimate_rows import MIN_EFFECTIVE, MIN_GROUP, Wanted, estimate_rows
from nps_insights.metrics.figures.groups import Grouping, group_column, group_names
from nps_insights.metrics.figures.measures import METRICS, measure_of
from nps_insights.metrics.figures.satisfaction import Scale
from nps_insights.metrics.figures.surveys import KINDS, kinds_of, one_survey
from nps_insights.metrics.figures.weighting import checked_weights
from nps_insights.metrics.figures.windows import dates_of, moment
from nps_insights.tables import SettingsError, conform

__all__ = [
    "APART",
    "COMMENTED",
    "MIN_EFFECTIVE",
    "MIN_GROUP",
    "commented_and_silent",
    "estimates_of",
    "group_column",
    "group_names",
    "known_answers",
    "nps",
    "nps_by",
    "overall",
]

Array = NDArray[np.float64]

APART = "apart"
# No column of a file can have this name: it is not a word.
COMMENTED = "(comment)"


def estimates_of(
    responses: pd.DataFrame,
    *,
    metrics: Sequence[str] = ("nps",),
    by: Sequence[Grouping] = (),
    per: str = "",
    rolling: int | None = None,
    weights: pd.Series | str | None = None,
    survey: str | None = None,
    csat_scale: Scale | None = None,
    ces_scale: Scale | None = None,
    as_of: pd.Timestamp | None = None,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return metrics of all answers together and of the groups of each column, each figure with its interval.

    Intervals: the score interval of the NPS, Wilson's of a share, Student's of a mean, each of `n_eff` answers; with
    weights, or where accounts repeat, widened for the few accounts from which `n_eff` may have been learned (Student's
    t instead of the normal quantile). What a reader must know of the answers is said by `estimate_notes`.

    Args:
        responses: Table `responses`.
        metrics: Of "nps" (with the shares of the three categories), "csat" (share of answers in the top boxes),
            "ces" (mean on its scale) and "ces_top" (share in the top boxes).
        by: Columns to group by, one after the other; a tuple of columns is crossed: ("plan", "region").
        per: "day", "week", "month", "quarter" or "year"; "" for all time together.
        rolling: Days of a rolling window that ends with each period of `per` and on the day of `as_of`.
        weights: Weights of the responses, a Series by response_id (`rake(...).weights`) or the name of a column.
        survey: "relational" or "transactional" for one of them, "apart" for both beside each other, "pooled" for
            both together; None where there is only one.
        csat_scale: The scale of `csat`, needed for its metric.
        ces_scale: The scale of `ces`, needed for its metrics.
        as_of: Moment of knowing; later answers are left out. The last answer if not given.
        confidence_level: Coverage of the intervals.
        min_group: Cells with fewer answers are marked `too_small`, not dropped. So are, where accounts repeat, cells
            of fewer than 10 accounts, or of fewer than 4 effective ones (one account holding most of the answers);
            groups that are accounts themselves are not, as they speak of no other account.

    Returns:
        Table `estimates`; rows of all answers have an empty `by` and `group`. `survey` says of which survey a figure
        is, where the answers say it; `reason` why a figure has no interval, or of how few accounts it is; else "".

    Raises:
        SettingsError: An unknown metric, column, period or survey; no dates, or no scale, where one is needed.
        DataRefusedError: Two surveys are to be pooled silently; a weight is not above 0; dates mix time zones; an
            answer lies beyond its scale.

    Example:
        >>> responses = pd.DataFrame({"category": ["promoter", "passive"] * 20, "csat": [5, 4, 3, 2] * 10})
        >>> found = estimates_of(responses, metrics=("nps", "csat"), csat_scale=Scale(1, 5))
        >>> found.set_index("metric").loc[["nps", "csat"], "estimate"].tolist()
        [50.0, 0.5]
    """
    if not metrics or not set(metrics) <= set(METRICS):
        raise SettingsError(f"metrics == {tuple(metrics)!r}: must be one or more of {', '.join(METRICS)}")
    kinds = [kind for kind in KINDS if kind in kinds_of(responses)] if survey == APART else [survey]
    parts = []
    for kind in kinds or [None]:
        answers = known_answers(one_survey(responses, kind), as_of)
        if weights is not None or any(metric != "nps" for metric in metrics):
            answers = _in_order(answers)
        wanted = Wanted(per, rolling, as_of, _weight(answers, weights), confidence_level, min_group)
        measures = [measure_of(metric, answers, csat_scale, ces_scale) for metric in dict.fromkeys(metrics)]
        table = estimate_rows(answers, measures, list(dict.fromkeys(["", *by])), wanted)
        parts.append(_named(table, kind, answers))
    return conform("estimates", pd.concat(parts, ignore_index=True))


def nps(
    responses: pd.DataFrame,
    *,
    by: str = "",
    per: str = "",
    survey: str | None = None,
    as_of: pd.Timestamp | None = None,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return NPS and the shares of the three categories, with intervals: the `estimates` table.

    Args:
        responses: Table `responses`.
        by: Column to group by, an attribute with or without its prefix; empty means all answers together.
            Answers without a value in it form no group.
        per: Period to split by: "day", "week", "month", "quarter" or "year"; empty means all time together.
            Needs `responded_at`; answers without a date belong to no period.
        survey: Which survey, as in `one_survey`; needed where the answers are of two.
        as_of: Moment of knowing, which tells whether the last period is finished; the last answer if not given.
        confidence_level: Coverage of the intervals.
        min_group: Groups with fewer answers are marked `too_small`, not dropped; so are those of few accounts, as in
            `estimates_of`.

    Returns:
        Table `estimates` with the metrics `nps` (points) and `promoter`, `passive`, `detractor` (shares 0..1).

    Raises:
        SettingsError: `by` is no column of the table, `per` no period, or there are no dates.
        DataRefusedError: The answers are of two surveys, and nobody said which, or that they are to be pooled.

    Example:
        >>> from nps_insights.metrics import categorize
        >>> scores = pd.Series([10, 9, 8, 3] * 10)
        >>> responses = pd.DataFrame({"category": categorize(scores), "plan": ["Pro", "Free"] * 20})
        >>> nps(responses, by="plan").query("metric == 'nps'")[["group", "estimate", "n"]].values.tolist()
        [['Free', 0.0, 20], ['Pro', 50.0, 20]]
    """
    answers = responses if by == "survey" and survey is None else one_survey(responses, survey)
    wanted = Wanted(per, as_of=as_of, confidence_level=confidence_level, min_group=min_group)
    table = estimate_rows(answers, [measure_of("nps", answers)], [by], wanted).drop(columns="reason")
    return conform("estimates", table if survey is None else table.assign(survey=survey))


def nps_by(
    responses: pd.DataFrame,
    by: list[str],
    *,
    survey: str | None = None,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return the overall NPS and, for each column of `by` on its own, that of its groups.

    Args:
        responses: Table `responses`.
        by: Columns to group by, one after the other (not crossed).
        survey: Which survey, as in `one_survey`; needed where the answers are of two.
        confidence_level: Coverage of the intervals.
        min_group: Groups with fewer answers are marked `too_small`; so are those of few accounts, as in `estimates_of`.

    Returns:
        Table `estimates`; the overall rows have an empty `by` and `group`.

    Example:
        >>> responses = pd.DataFrame({"category": ["promoter", "passive"] * 20, "plan": ["Pro", "Free"] * 20})
        >>> nps_by(responses, ["plan"]).query("metric == 'nps'")["group"].tolist()
        ['', 'Free', 'Pro']
    """
    answers = one_survey(responses, survey)
    wanted = Wanted(confidence_level=confidence_level, min_group=min_group)
    table = estimate_rows(answers, [measure_of("nps", answers)], ["", *dict.fromkeys(by)], wanted).drop(
        columns="reason"
    )
    return conform("estimates", table if survey is None else table.assign(survey=survey))


def commented_and_silent(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    *,
    confidence_level: float = 0.95,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Return the share of answers with a usable comment, and the NPS of commenters and of the silent.

    Silence is not absence of an opinion: whoever reads theme figures must know who is missing from them.

    Args:
        responses: Table `responses`.
        comments: Table `comments`; those that say nothing do not count as a comment.
        confidence_level: Coverage of the intervals.
        min_group: Fewer answers are marked `too_small`.

    Returns:
        Table `estimates`: metric `comment_rate` (share), and under `by` "(comment)" the groups
        "commented" and "silent" with the metrics of `nps`.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["a", "b"], "category": ["promoter", "detractor"]})
        >>> comments = pd.DataFrame({"response_id": ["b"], "says_nothing": [False]})
        >>> rate = commented_and_silent(responses, comments).query("metric == 'comment_rate'")
        >>> rate["estimate"].tolist()
        [0.5]
    """
    usable = comments.loc[~comments["says_nothing"].astype(bool), "response_id"]
    commented = responses["response_id"].isin(usable)
    named = responses.assign(**{COMMENTED: np.where(commented, "commented", "silent")})
    sides = nps(named, by=COMMENTED, confidence_level=confidence_level, min_group=min_group)
    rate = cell_shares(
        np.zeros(len(responses)), 1, commented, account_numbers(responses), confidence_level=confidence_level
    )
    rate_row = pd.DataFrame(
        {
            "metric": ["comment_rate"],
            "by": "",
            "group": "",
            "estimate": rate.estimate,
            "conf_low": rate.conf_low,
            "conf_high": rate.conf_high,
            "n": len(responses),
            "n_eff": rate.n_eff,
            "too_small": len(responses) < min_group,
        }
    )
    return conform("estimates", pd.concat([sides, rate_row], ignore_index=True))


def overall(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of all answers and all time together, one per metric, indexed by metric.

    Example:
        >>> estimates = nps(pd.DataFrame({"category": ["promoter", "passive"]}))
        >>> float(overall(estimates).loc["nps", "estimate"])
        50.0
    """
    whole = (estimates["by"] == "") & (estimates["group"] == "")
    if "period_start" in estimates.columns:
        whole &= estimates["period_start"].isna()
    return estimates[whole].set_index("metric")


def known_answers(responses: pd.DataFrame, as_of: pd.Timestamp | None) -> pd.DataFrame:
    """Return the answers that were known at `as_of`; those without a date count as known.

    Example:
        >>> responses = pd.DataFrame({"responded_at": pd.to_datetime(["2026-01-01", "2027-01-01", None])})
        >>> len(known_answers(responses, pd.Timestamp("2026-06-30")))
        2
    """
    if as_of is None or "responded_at" not in responses.columns or responses["responded_at"].isna().all():
        return responses
    later = dates_of(responses, "as_of") > moment(as_of).to_datetime64()
    return responses[~later] if later.any() else responses


def _in_order(responses: pd.DataFrame) -> pd.DataFrame:
    """By response_id: sums of weights and means depend in their last bit on the order of the rows."""
    if "response_id" not in responses.columns or responses["response_id"].is_monotonic_increasing:
        return responses
    return responses.sort_values("response_id", kind="stable")


def _weight(responses: pd.DataFrame, weights: pd.Series | str | None) -> Array | None:
    return None if weights is None else checked_weights(responses, weights)


def _named(table: pd.DataFrame, kind: str | None, answers: pd.DataFrame) -> pd.DataFrame:
    known = [one for one in kinds_of(answers) if one]
    survey = kind or (known[0] if known else "")
    return table.assign(survey=survey) if survey else table
