"""What the leak guard found, and refusing to train on it."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.churn.panel import ChurnPanel
from nps_insights.tables import DataRefusedError

# Name under which leaking texts stand in the table and in `[churn] allow`.
COMMENTS = "comments"


@dataclass(frozen=True, eq=False)
class Leaks:
    """What may know the outcome.

    Attributes:
        table: Table `leaks`: one row per finding. `auc`, `auc_low` and `auc_high` are of a model of that one column,
            out of fold; the interval holds for all columns at once. `n` counts accounts.
        refused: Columns that must not be used: findings that were not allowed, by name. Columns of the accounts are
            called as there (`attribute/status`), everything else as the feature.
        announcing: Responses whose comment says, by a phrase, that the customer leaves, whatever became of it: such
            comments must not become features, neither in training nor at night. Empty where `comments` are allowed.
        notes: Plain sentences on what a reader must know.
    """

    table: pd.DataFrame
    refused: tuple[str, ...] = ()
    announcing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def refuse_leaks(leaks: Leaks) -> None:
    """Raise if any column is refused; the message names each with its figure and says what to do.

    Announcing comments raise nothing: leaving those of `leaks.announcing` out is enough.

    Args:
        leaks: What `find_leaks` returned.

    Raises:
        DataRefusedError: `leaks.refused` is not empty.

    Example:
        >>> found = pd.DataFrame({"name": ["attribute/code"], "reason": ["one cut of it finds 99 % of the leavers"]})
        >>> refuse_leaks(Leaks(found, refused=("attribute/code",)))
        Traceback (most recent call last):
        ...
        nps_insights.tables.errors.DataRefusedError: 1 column may know the outcome:
        attribute/code: one cut of it finds 99 % of the leavers
        If it was not known when it would be used, leave it out with `[churn] leave_out = ["attribute/code"]`.
        If it was, allow it by name with `[churn] allow = ["attribute/code"]`.
    """
    if not leaks.refused:
        return
    reasons = leaks.table[leaks.table["name"].isin(leaks.refused)].groupby("name", sort=True)["reason"].agg("; ".join)
    names = ", ".join(f'"{name}"' for name in leaks.refused)
    many = len(leaks.refused) > 1
    them, they, were = ("them", "they", "were") if many else ("it", "it", "was")
    raise DataRefusedError(
        "\n".join(
            [
                f"{len(leaks.refused)} column{'s' if many else ''} may know the outcome:",
                *(f"{name}: {reason}" for name, reason in reasons.items()),
                f"If {they} {were} not known when {they} would be used, leave {them} out with "
                f"`[churn] leave_out = [{names}]`.",
                f"If {they} {were}, allow {them} by name with `[churn] allow = [{names}]`.",
            ]
        )
    )


def column_of(feature: str, panel: ChurnPanel) -> str:
    """Return the column of the accounts that a feature was made of, or the feature's own name."""
    for name in (*panel.spec.levels, *panel.spec.numbers):
        if feature == f"attribute/{name}" or feature.startswith((f"attribute/{name}=", f"attribute/{name}/")):
            return f"attribute/{name}"
    return feature
