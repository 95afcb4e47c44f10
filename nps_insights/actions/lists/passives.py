"""Which passives are nearest to promoters, and which theme holds each of them back."""

import pandas as pd

from nps_insights.actions.known_answers import KnownAnswers


def passives(closest: pd.DataFrame, known: KnownAnswers, held: pd.DataFrame) -> pd.DataFrame:
    """Return the passives of table `closest`, the likeliest promoter of each account, in that order.

    A row of `closest` whose answer is not the customer's latest before as_of, or of no known account, is left out.

    Args:
        closest: Table `closest`.
        known: Answers before as_of.
        held: Theme that holds each response back, of `held_back`.

    Returns:
        One row per account: columns of table `actions`, and response_id.

    Example:
        >>> from nps_insights.actions.known_answers import answers_before
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": "a", "score": 8.0, "category": "passive",
        ...                           "responded_at": pd.Timestamp("2026-02-01")})
        >>> closest = pd.DataFrame({"response_id": ["r1"], "towards": "promoter", "probability": 0.6})
        >>> held = pd.DataFrame(columns=["theme_id", "theme_label", "theme_owner"])
        >>> passives(closest, answers_before(responses, as_of=pd.Timestamp("2026-03-01")), held)["reason"][0]
        'answered 8 on 2026-02-01; of customers who mention the same and are alike 60% are promoters'
    """
    near = closest.loc[closest["towards"] == "promoter", ["response_id", "probability"]]
    latest = known.latest("customer_id")
    rows = latest[latest["category"] == "passive"].merge(near, on="response_id")
    rows = rows.sort_values(["probability", "response_id"], ascending=[False, True]).drop_duplicates("account_id")
    themes = held.reindex(rows["response_id"]).set_axis(rows.index)
    alike = rows["probability"].map("of customers who mention the same and are alike {:.0%} are promoters".format)
    alike = alike.astype("str")
    back = ("; held back by " + themes["theme_label"].astype("str")).fillna("; no theme is mentioned negatively")
    found = pd.DataFrame(
        {
            "action": "convert",
            "account_id": rows["account_id"],
            "response_id": rows["response_id"],
            "category": "passive",
            **{name: themes[name].astype("str") for name in ("theme_id", "theme_label", "theme_owner")},
            "reason": answered(rows) + "; " + alike + (back if len(held) else ""),
            "expected_gain": rows["probability"],
        }
    )
    return found.reset_index(drop=True)


def answered(rows: pd.DataFrame) -> pd.Series:
    """Return "answered 8 on 2026-02-01" for each answer, as far as score and day are known."""
    # No rows leave no type: what is joined must be text all the same.
    score = rows["score"].map("{:g}".format).where(rows["score"].notna(), "").astype("str")
    day = ("on " + rows["responded_at"].dt.strftime("%Y-%m-%d").astype("str")).fillna("")
    return ("answered " + score + " " + day).str.replace(r"\s+", " ", regex=True).str.strip().astype("str")
