"""Which passives are nearest to promoters, and which theme holds each of them back."""

import pandas as pd

from nps_insights.actions.known_answers import KnownAnswers, of_accounts
from nps_insights.actions.lists.settings import ActionSettings


def passives(
    closest: pd.DataFrame,
    known: KnownAnswers,
    held: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    settings: ActionSettings,
) -> pd.DataFrame:
    """Return the passives of table `closest`, the likeliest promoter of each account, in that order.

    A row of `closest` whose answer is not the customer's latest before as_of, or of no known account, is left out.
    Kept off the list, and counted: answers older than `passive_days`, and accounts where somebody has answered as a
    detractor since.

    Args:
        closest: Table `closest`.
        known: Answers before as_of.
        held: Theme that holds each response back, of `held_back`.
        as_of: The moment of knowing.
        settings: passive_days.

    Returns:
        One row per account: columns of table `actions`, and response_id.

    Example:
        >>> from nps_insights.actions.known_answers import answers_before
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": "a", "score": 8.0, "category": "passive",
        ...                           "responded_at": pd.Timestamp("2026-02-01")})
        >>> closest = pd.DataFrame({"response_id": ["r1"], "towards": "promoter", "probability": 0.6})
        >>> held = pd.DataFrame(columns=["theme_id", "theme_label", "theme_owner"])
        >>> day = pd.Timestamp("2026-03-01")
        >>> known = answers_before(responses, as_of=day)
        >>> passives(closest, known, held, as_of=day, settings=ActionSettings())["reason"][0]
        'answered 8 on 2026-02-01; of customers who mention the same and are alike 60% are promoters'
    """
    near = closest.loc[closest["towards"] == "promoter", ["response_id", "probability"]]
    latest = known.latest("customer_id")
    rows = latest[latest["category"] == "passive"].merge(near, on="response_id")
    because = _kept_off(rows, known, as_of=as_of, settings=settings)
    # Where one contact is kept off and another of the account is not, the other one stands on the list.
    rows = rows.assign(suppressed_because=because, off=because != "")
    rows = rows.sort_values(["off", "probability", "response_id"], ascending=[True, False, True])
    rows = rows.drop_duplicates("account_id").sort_values(["probability", "response_id"], ascending=[False, True])
    themes = held.reindex(rows["response_id"]).set_axis(rows.index)
    alike = rows["probability"].map("of customers who mention the same and are alike {:.0%} are promoters".format)
    alike = alike.astype("str")
    back = ("; held back by '" + themes["theme_label"].astype("str") + "'").fillna("; no theme is mentioned negatively")
    found = pd.DataFrame(
        {
            "action": "convert",
            "account_id": rows["account_id"],
            "response_id": rows["response_id"],
            "category": "passive",
            **{name: themes[name].astype("str") for name in ("theme_id", "theme_label", "theme_owner")},
            "reason": answered(rows) + "; " + alike + (back if len(held) else ""),
            "expected_gain": rows["probability"],
            "suppressed_because": rows["suppressed_because"],
        }
    )
    return found.reset_index(drop=True)


def _kept_off(rows: pd.DataFrame, known: KnownAnswers, *, as_of: pd.Timestamp, settings: ActionSettings) -> pd.Series:
    answered_at = rows["responded_at"]
    day = answered_at.dt.strftime("%Y-%m-%d").astype("str")
    old = answered_at < as_of - pd.Timedelta(days=settings.passive_days)
    because = pd.Series("", index=rows.index, dtype="str")
    because = because.mask(old, "answered on " + day + f", more than {settings.passive_days} days before")
    bad = known.rows[known.rows["category"] == "detractor"]
    last_bad = of_accounts(bad.groupby("account_id")["responded_at"].max(), rows["account_id"])
    since = last_bad >= answered_at
    return because.mask(since, "a detractor's answer on " + last_bad.dt.strftime("%Y-%m-%d").astype("str"))


def answered(rows: pd.DataFrame) -> pd.Series:
    """Return "answered 8 on 2026-02-01" for each answer, as far as score and day are known."""
    # No rows leave no type: what is joined must be text all the same.
    score = rows["score"].map("{:g}".format).where(rows["score"].notna(), "").astype("str")
    day = ("on " + rows["responded_at"].dt.strftime("%Y-%m-%d").astype("str")).fillna("")
    return ("answered " + score + " " + day).str.replace(r"\s+", " ", regex=True).str.strip().astype("str")
