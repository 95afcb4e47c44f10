"""How good the model is, in sentences for a manager."""

import pandas as pd

from nps_insights.churn.evaluation.measures import OF_CALLS

# What a manager wants to know first: how it did later in time.
_PARTS = {
    "out_of_time": "in the last period, which it had not seen",
    "cross_validation": "on accounts that it had not seen (time was not tested)",
    "rolling": "in periods after those it had learned from",
}


def evaluation_in_words(
    scores: pd.DataFrame, *, model: str = "chosen", part: str = "", capacity: int | None = None, currency: str = ""
) -> list[str]:
    """Return plain sentences on how good a model is.

    Args:
        scores: Table `churn_scores`.
        model: The model.
        part: Part of the evaluation; empty for the last period, else the cross-validation, else the rolling one.
        capacity: The calls per date with which the scores were measured, where they were.
        currency: The currency of `value`, such as `EUR`.

    Returns:
        Sentences; none where the table has nothing of this model.

    Example:
        >>> rows = pd.DataFrame({"account_id": list("abcd"), "churned": [True, False, True, False]})
        >>> rows = rows.assign(model="chosen", part="out_of_time", as_of=pd.Timestamp("2026-01-01"))
        >>> from nps_insights.churn.evaluation.scores import churn_scores
        >>> for line in evaluation_in_words(churn_scores(rows.assign(risk=[0.9, 0.6, 0.6, 0.1]), capacity=2))[:1]:
        ...     print(line)
        It was tried in the last period, which it had not seen: 4 accounts, of which 2 left (50.0 %).
    """
    whole = scores[(scores["model"] == model) & (scores["by"] == "")]
    part = part or next((name for name in _PARTS if name in set(whole["part"])), "")
    found = whole[whole["part"] == part].set_index("metric")
    if found.empty:
        return []
    n, left = int(found["n"].iloc[0]), int(found["n_churned"].iloc[0])
    counted = "accounts, counted once per date" if part == "rolling" else "accounts"
    sentences = [f"It was tried {_PARTS[part]}: {n:,} {counted}, of which {left:,} left ({100 * left / n:.1f} %)."]
    known = found[found["estimate"].notna()]
    if capacity is not None and set(OF_CALLS) <= set(known.index):
        sentences += _calls(known, capacity, left / n)
    if "auc" in known.index:
        sentences.append(
            f"Of one account that left and one that stayed, it gives the first the higher risk in "
            f"{_percent(known.loc['auc'])} of the cases; a coin would in 50 %."
        )
    sentences += _calibration(known)
    if "expected_profit" in known.index:
        profit = known.loc["expected_profit"]
        unit = f" {currency}" if currency else ""
        sentences.append(
            f"Contacting whom the contact rule names would have made {profit['estimate']:,.2f}{unit} per account "
            f"and date ({profit['conf_low']:,.2f} to {profit['conf_high']:,.2f}), if costs and acceptance are right."
        )
    return sentences


def _calls(known: pd.DataFrame, capacity: int, base_rate: float) -> list[str]:
    precision, capture = (known.loc[name] for name in OF_CALLS)
    hits, low, high = (capacity * precision[name] for name in ("estimate", "conf_low", "conf_high"))
    return [
        f"Of the {capacity} accounts it names each time, {_count(hits)} left ({_count(low)} to {_count(high)}); "
        f"calling {capacity} at random would find {_count(capacity * base_rate)}.",
        f"Those calls reach {_percent(capture)} of all who left.",
    ]


def _calibration(known: pd.DataFrame) -> list[str]:
    if not {"ece", "ece_if_calibrated"} <= set(known.index):
        return []
    error, chance = known.loc["ece"], known.loc["ece_if_calibrated"]
    points = (
        f"Its risks are off by {100 * error['estimate']:.1f} points on average, at most {100 * error['conf_high']:.1f}"
    )
    if error["estimate"] <= chance["conf_high"]:
        return [f"{points}, no more than chance alone would show."]
    return [f"{points}; chance alone would show {100 * chance['estimate']:.1f}."]


def _count(number: float) -> str:
    return f"{number:.0f}" if number >= 10 or number == round(number) else f"{number:.1f}"


def _percent(row: pd.Series) -> str:
    low, high = 100 * row["conf_low"], 100 * row["conf_high"]
    return f"{100 * row['estimate']:.0f} % ({low:.0f} to {high:.0f})"
