"""What a reader of the parts must know: which model they are of, and what they cannot tell."""

import pandas as pd

from nps_insights.drivers.change.between import Comparison
from nps_insights.drivers.change.two_sided import TwoSided

_MOST_NAMED = 5


def said(two: TwoSided, rows: pd.DataFrame, between: Comparison) -> list[str]:
    """Return plain sentences on a change that was taken apart.

    Args:
        two: The model of both sides.
        rows: Rows of table `change_parts`.
        between: What was compared.
    """
    notes = [_which_model(two, between)]
    alone = rows[rows["part"] == "silent"]
    if len(alone):
        row, whole = alone.iloc[0], rows.loc[rows["part"] == "total"].iloc[0]
        part = 100 * (1 - (row["n_before"] / whole["n_before"] + row["n"] / whole["n"]) / 2)
        notes.append(
            f"Themes are known of the {part:.0f} % of responses with a comment; what moved the others is not known, "
            f"and stands as one part of its own ({row['estimate']:+.1f} points)."
        )
    rare = two.design.left_out
    rare = rare[rare["kind"] != "attribute"]
    if len(rare):
        notes.append(f"Not in the model, so that their part is with the unexplained: {_named(list(rare['label']))}.")
    return notes


def _which_model(two: TwoSided, between: Comparison) -> str:
    sides = f"{between.before} and {between.after}"
    themes = two.design.drivers[two.design.drivers["kind"] != "attribute"]
    own = themes["driver_id"].isin(two.own)
    needed = f"at least {two.min_rate} responses of each with it and without it are needed to tell"
    if not own.any():
        return f"What a mention weighs is taken as the same in {sides}: {needed}."
    if own.all():
        return f"What a mention weighs was measured in {sides} apart."
    return (
        f"What a mention weighs was measured in {sides} apart for {_named(themes.loc[own, 'label'].tolist())}, and is "
        f"taken as the same in both for the other {(~own).sum()} themes: {needed}."
    )


def _named(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
