"""What a caller is told: why, what to do next and until when. Plain rules, in words."""

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.settings import SILENT, DecisionSettings

_POSITIONS = (1, 2, 3)


def add_reasons(rows: pd.DataFrame, reasons: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the rows with reason_1 to reason_3: the model's; in lane rule what the rule went by.

    Args:
        rows: account_id, lane, last_score, answered_at, value, renewal_at.
        reasons: Table `reasons`; rows of as_of count.
        as_of: The moment of knowing.
    """
    rows = rows.copy()
    given = pd.DataFrame(columns=["account_id", "position", "reason"])
    if reasons is not None and len(reasons):
        given = reasons.loc[reasons["as_of"] == as_of, ["account_id", "position", "reason"]]
    for position in _POSITIONS:
        of_position = given[given["position"] == position]
        texts = pd.Series(of_position["reason"].to_numpy(), index=of_position["account_id"], dtype="str")
        rows[f"reason_{position}"] = rows["account_id"].map(texts).astype("str")
    by_rule = rows["lane"] == "rule"
    rows.loc[by_rule, "reason_1"] = _rule_in_words(rows[by_rule])
    return rows


def add_next_steps(rows: pd.DataFrame, *, as_of: pd.Timestamp, settings: DecisionSettings) -> pd.DataFrame:
    """Return the rows of a list with next_step and due_at.

    Fresh answers are called back within `fresh_hours`; then a renewal within `renewal_days` is talked about before it;
    then who never answered, or not for `silent_days`, is asked how things are; the others are called about the reason.

    Args:
        rows: lane, group, reason_1, last_score, answered_at, days_to_renewal, renewal_at.
        as_of: The moment of knowing.
        settings: The spans.
    """
    about = _about(rows)
    fresh = (rows["lane"] == "fresh").to_numpy()
    renews = (rows["days_to_renewal"] <= settings.renewal_days).to_numpy()
    silent_for = (as_of - rows["answered_at"]) / pd.Timedelta(days=1)
    unheard = (silent_for > settings.silent_days).to_numpy()
    steps = np.select(
        [fresh, renews, (rows["group"] == SILENT).to_numpy(), unheard],
        [
            f"Call back within {settings.fresh_hours} hours about: " + about,
            "Talk before the renewal on " + _days(rows["renewal_at"]) + " about: " + about,
            "Ask how things are; no answer yet",
            "Ask how things are; no answer for " + silent_for.fillna(0).astype(int).astype("str") + " days",
        ],
        default="Call about: " + about,
    )
    due = rows["renewal_at"].where(renews).astype("datetime64[us]")
    due = due.mask(fresh, rows["answered_at"] + pd.Timedelta(hours=settings.fresh_hours))
    return rows.assign(next_step=pd.Series(steps, index=rows.index, dtype="str"), due_at=due.astype("datetime64[us]"))


def _about(rows: pd.DataFrame) -> pd.Series:
    scored = "their answer of " + rows["last_score"].map("{:g}".format).astype("str")
    answer = scored.where(rows["last_score"].notna(), "how things are")
    by_model = rows["reason_1"].where(rows["lane"] != "rule")
    return by_model.fillna(answer).astype("str")


def _rule_in_words(rows: pd.DataFrame) -> pd.Series:
    words = "rule, not a probability: last answer " + rows["last_score"].map("{:g}".format).astype("str")
    words = words.where(rows["last_score"].notna(), "rule, not a probability: no answer yet")
    dated = rows["answered_at"].notna()
    words = words + (" on " + _days(rows["answered_at"])).where(dated, "")
    words = words + (", value " + rows["value"].map("{:,.10g}".format).astype("str")).where(rows["value"].notna(), "")
    return words + (", renews on " + _days(rows["renewal_at"])).where(rows["days_to_renewal"].notna(), "")


def _days(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m-%d").astype("str").fillna("")
