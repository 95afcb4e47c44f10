"""Who is close to another category: passives who sound like promoters, promoters who do not."""

import pandas as pd

from nps_insights.tables import CATEGORIES, SettingsError, conform, empty

# Side: category now -> category it is near to.
_TOWARDS = {"passive": "promoter", "promoter": "passive"}


def closest_customers(
    probabilities: pd.DataFrame, responses: pd.DataFrame, *, most: int = 50, since: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Return the passives most like promoters, and the promoters least like promoters.

    Each customer (contact, else account, else response) counts once, by the latest answer; one whose latest answer
    has no usable comment is not in the list, as an older comment tells of another time. The probability says how
    often customers who mention the same and are alike in attributes give such an answer; it is no forecast of what
    this customer will answer next.

    Args:
        probabilities: Out of fold, by `fit_category_model`; of other models: response_id, category, detractor,
            passive, promoter.
        responses: Table `responses`, all of them: who answered last without a comment is told by it.
        most: Longest list of each side.
        since: Whose latest answer is older is not in the list; None: whatever its age.

    Returns:
        Table `closest`: passives by P(promoter), promoters by P(not promoter), each from 1 on.

    Raises:
        SettingsError: `most` is below 1.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["a", "b"], "category": "passive"})
        >>> probabilities = responses.assign(detractor=[0.2, 0.1], passive=0.5, promoter=[0.3, 0.4])
        >>> closest_customers(probabilities, responses)[["response_id", "towards", "rank"]].values.tolist()
        [['a', 'promoter', 2], ['b', 'promoter', 1]]
    """
    if most < 1:
        raise SettingsError(f"most == {most}: the lists of the closest customers need room for at least 1 customer")
    latest = _latest(responses)
    if since is not None and "responded_at" in responses.columns:
        latest = latest[responses.loc[latest.index, "responded_at"] >= since]
    rows = probabilities[probabilities["response_id"].isin(latest) & probabilities["category"].isin(_TOWARDS)]
    if rows.empty:
        return empty("closest")
    near = rows["promoter"].where(rows["category"] == "passive", 1 - rows["promoter"])
    rows = rows.assign(towards=rows["category"].map(_TOWARDS), probability=near.clip(0, 1))
    rows = rows.sort_values(["category", "probability", "response_id"], ascending=[True, False, True])
    rows["rank"] = rows.groupby("category").cumcount() + 1
    names = ["response_id", "account_id", "category", "towards", "probability", "rank", *CATEGORIES]
    return conform("closest", rows[rows["rank"] <= most][[name for name in names if name in rows.columns]])


def _latest(responses: pd.DataFrame) -> pd.Series:
    """The response_id of each customer's latest answer; of several at one moment, the last by id."""
    customer = "response/" + responses["response_id"]
    for name in ("account_id", "contact_id"):
        if name in responses.columns:
            known = responses[name].notna()
            customer = (name + "/" + responses[name].astype("str")).where(known, customer)
    order = [name for name in ("responded_at", "response_id") if name in responses.columns]
    ordered = responses.assign(customer=customer).sort_values(order, na_position="first")
    return ordered.drop_duplicates("customer", keep="last")["response_id"]
