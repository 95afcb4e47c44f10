"""A decided list in a few sentences, for a console or an e-mail."""

import pandas as pd

from nps_insights.churn.decisions.decide import Decided
from nps_insights.tables import counted

# Dates and numbers of one account, which would make every reason another one.
_PARTICULARS = r"(?: on| for)? \d[\d:.,-]*(?: \d[\d:]*)?(?: days?)?(?: ago)?"
_CHANGES = {"new": "new", "still": "still on", "returned": "back", "dropped": "off"}
_PLURALS = {"detractor": "detractors", "passive": "passives", "promoter": "promoters", "silent": "silent accounts"}


def list_in_words(decided: Decided) -> tuple[str, ...]:
    """Return the list in short sentences: how many calls, what they are worth, what changed and who is left out.

    Args:
        decided: What `decide` returned.

    Example:
        >>> flags = pd.DataFrame({"account_id": ["a"], "lane": "model", "status": "flagged", "value_at_risk": [70.0]})
        >>> none = pd.DataFrame({"category": [], "n": []})
        >>> list_in_words(Decided(flags, none, {"new": 1, "still": 0, "returned": 0, "dropped": 0}))
        ('1 account to call, worth 70 at risk; 1 new.',)
    """
    flags = decided.flags
    listed = flags[flags["status"] == "flagged"]
    moved = [f"{decided.turnover[name]:,} {word}" for name, word in _CHANGES.items() if decided.turnover.get(name)]
    how_many = counted(len(listed), "account", "accounts") if len(listed) else "No account"
    first = f"{how_many} to call{_worth(listed) if len(listed) else ''}"
    sentences = ["; ".join([first, *([", ".join(moved)] if moved else [])]) + "."]
    sentences += [_lanes(listed)] if (listed["lane"] != "model").any() else []
    sentences += [_left_out(decided.overlooked)] if decided.overlooked["n"].sum() else []
    sentences += [_others(flags)] if flags["status"].isin(["holdout", "suppressed", "refused"]).any() else []
    return tuple(sentences)


def _worth(rows: pd.DataFrame) -> str:
    if "value_at_risk" not in rows or rows["value_at_risk"].isna().all():
        return ""
    return f", worth {rows['value_at_risk'].sum():,.0f} at risk"


def _lanes(listed: pd.DataFrame) -> str:
    n_fresh, n_rule = int((listed["lane"] == "fresh").sum()), int((listed["lane"] == "rule").sum())
    told = [f"{n_fresh:,} gave a fresh answer and are due a call"] if n_fresh else []
    told += [f"{n_rule:,} are chosen by a rule, not by a probability"] if n_rule else []
    return "Of these " + ", ".join(told) + "."


def _left_out(table: pd.DataFrame) -> str:
    counts = table[table["n"] > 0]
    told = [
        f"{n:,} {_PLURALS[name] if n > 1 else _PLURALS[name].removesuffix('s')}"
        for name, n in zip(counts["category"], counts["n"], strict=True)
    ]
    listed = " and ".join([", ".join(told[:-1]), told[-1]] if told[:-1] else told)
    verb = "are" if counts["n"].sum() > 1 else "is"
    return f"{listed} of high risk {verb} not on the list{_worth(counts)}."


def _others(flags: pd.DataFrame) -> str:
    counts = flags["status"].value_counts()
    told = [f"{counts['holdout']:,} held out"] if counts.get("holdout", 0) else []
    told += [_why(flags, "suppressed", "left alone")] if counts.get("suppressed", 0) else []
    told += [_why(flags, "refused", "not customers on that day")] if counts.get("refused", 0) else []
    return "Not called: " + "; ".join(told) + "."


def _why(flags: pd.DataFrame, status: str, word: str) -> str:
    """How many accounts have a status, and the commonest reasons without their dates and numbers."""
    rows = flags[flags["status"] == status]
    column = f"{status}_because"
    if column not in rows or rows[column].isna().all():
        return f"{len(rows):,} {word}"
    # What follows the first clause says more of the same day: "not started; starts on 2026-05-01".
    clause = rows[column].str.split("[;,] ", n=1, regex=True).str[0]
    kinds = clause.str.replace(_PARTICULARS, "", regex=True).str.strip()
    common = kinds.value_counts().head(3)
    return f"{len(rows):,} {word} (" + ", ".join(f"{n:,} {kind}" for kind, n in common.items()) + ")"
