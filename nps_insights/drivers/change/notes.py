"""What a reader of the parts must know: which model they are of, and what they cannot tell."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.change.between import Comparison
from nps_insights.drivers.change.two_sided import TwoSided

_MOST_NAMED = 5
# Of the variance of "which side": from here on the attribute at least halves the precision of what is unexplained.
_TELLS_APART = 0.75
# Of a number, in standard deviations of the narrower side: what it weighs there says nothing of the other side.
_FAR_APART = 3.0


def said(two: TwoSided, rows: pd.DataFrame, between: Comparison) -> list[str]:
    """Return plain sentences on a change that was taken apart.

    Args:
        two: The model of both sides.
        rows: Rows of table `change_parts`.
        between: What was compared.
    """
    notes = [_which_model(two, between), *_hardly_overlapping(two, between)]
    alone = rows[rows["part"] == "silent"]
    if len(alone):
        row, whole = alone.iloc[0], rows.loc[rows["part"] == "total"].iloc[0]
        part = 100 * (1 - (row["n_before"] / whole["n_before"] + row["n"] / whole["n"]) / 2)
        notes.append(
            f"{between.before} to {between.after}: themes are known of the {part:.0f} % of responses with a comment; "
            f"what moved the others is not known, and stands as one part of its own ({row['estimate']:+.1f} points)."
        )
    rare = two.design.left_out
    rare = rare[rare["kind"] != "attribute"]
    if len(rare):
        notes.append(
            f"Not in the model of {between.before} and {between.after}, so that their part is with the unexplained: "
            f"{_named(list(rare['label']))}."
        )
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


def _hardly_overlapping(two: TwoSided, between: Comparison) -> list[str]:
    """Name attributes that say nearly the same as the comparison itself."""
    drivers = two.design.drivers[two.design.drivers["kind"] == "attribute"]
    apart = []
    for name, own in drivers.groupby("attribute"):
        x = two.x[:, [two.columns.index(column) for column in own["driver_id"]]]
        if _tells_apart(x, two.is_after) or (own["numeric"].all() and _far_apart(x[:, 0], two.is_after)):
            apart.append(str(name))
    if not apart:
        return []
    one = len(apart) == 1
    return [
        f"{between.before} and {between.after} hardly overlap in {_named(apart)}: {'its' if one else 'their'} part and "
        "the unexplained one can hardly be told from each other, so their ranges are wide; leave "
        f"{'it' if one else 'them'} out of `--attributes` (`attributes` in the section [report]), or compare customers "
        f"that are alike in {'it' if one else 'them'}."
    ]


def _tells_apart(x: NDArray[np.float64], is_after: NDArray[np.bool_]) -> bool:
    side, centred = is_after - is_after.mean(), x - x.mean(axis=0)
    fitted, *_ = np.linalg.lstsq(centred, side, rcond=None)
    left = side - centred @ fitted
    return bool(1 - (left @ left) / (side @ side) >= _TELLS_APART)


def _far_apart(x: NDArray[np.float64], is_after: NDArray[np.bool_]) -> bool:
    sides = (x[~is_after], x[is_after])
    return bool(abs(sides[1].mean() - sides[0].mean()) > _FAR_APART * min(side.std() for side in sides))


def _named(labels: list[str]) -> str:
    more = len(labels) - _MOST_NAMED
    return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
