"""From tables to the driver matrix: one row per response with a usable comment, one column per driver and control.

Silence is not absence: a customer who wrote nothing has not said that a theme does not matter. Themes are therefore
never set to absent for silent customers; those are left out of the matrix, and the report says who they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nps_insights.drivers.matrix.levels import encode_attributes
from nps_insights.tables import SettingsError, conform, empty

MIN_PRESENT = 20
_CONTROL = "control/"
LENGTH = "words written"
LENGTH_COLUMN = _CONTROL + LENGTH
_KEY_COLUMNS = ("response_id", "account_id", "category")


@dataclass(frozen=True)
class DriverDesign:
    """What a joint model needs.

    Attributes:
        matrix: One row per response: response_id, account_id (where known), category, a 0/1 or numeric column per
            driver_id, and columns `control/...`. Sorted by response_id.
        drivers: One row per driver that enters: driver_id, label, kind, theme_id, attribute, level (empty for
            numbers), numeric (bool).
        left_out: Table `left_out`.
        attributes: Attribute -> its columns in the matrix.
        controls: Control -> its columns in the matrix.
    """

    matrix: pd.DataFrame
    drivers: pd.DataFrame
    left_out: pd.DataFrame
    attributes: dict[str, list[str]] = field(default_factory=dict)
    controls: dict[str, list[str]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The columns of the matrix that enter the model."""
        return [str(name) for name in self.matrix.columns if name not in _KEY_COLUMNS]


def driver_design(
    responses: pd.DataFrame,
    comments: pd.DataFrame,
    presence: pd.DataFrame,
    *,
    attributes: Sequence[str] = (),
    controls: Sequence[str] = (),
    min_present: int = MIN_PRESENT,
    with_length: bool = True,
) -> DriverDesign:
    """Return the driver matrix of the responses with a usable comment, and what was left out of it.

    Args:
        responses: Table `responses`.
        comments: Table `comments`. Where it has several questions, having answered each one is a control: what
            people write depends on what they were asked. How much they wrote, where the texts are there, is a control
            too: unhappy people write more, and a longer comment mentions more of everything.
        presence: Which response mentions what, of `theme_presence` or `code_presence`; may have no rows.
        attributes: Attributes (without prefix) that are drivers: each level of a text, +1 SD of a number.
        controls: Attributes that are adjusted for, and not reported.
        min_present: A driver mentioned by fewer responses, or not mentioned by fewer, is left out and listed.
        with_length: Whether the length of what was written is a column, where the texts are there.

    Raises:
        SettingsError: An attribute is no column of the responses, or is both driver and control.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["a", "b"], "category": ["promoter", "detractor"]})
        >>> comments = pd.DataFrame({"response_id": ["a", "b"], "says_nothing": False})
        >>> codes = pd.DataFrame({"response_id": ["b"], "driver_id": "code/Price", "label": "Price", "kind": "code"})
        >>> driver_design(responses, comments, codes, min_present=1).matrix["code/Price"].tolist()
        [0.0, 1.0]
    """
    both = sorted(set(attributes) & set(controls))
    if both:
        raise SettingsError(f"{', '.join(both)}: named as attribute and as control; a column is one or the other")
    usable = comments[~comments["says_nothing"].astype(bool)]
    rows = responses[responses["response_id"].isin(usable["response_id"])]
    rows = rows.sort_values("response_id", ignore_index=True)
    base = rows[[name for name in _KEY_COLUMNS if name in rows.columns]]

    present, drivers, rare = _presence_columns(rows["response_id"], presence, min_present)
    named = encode_attributes(rows, attributes, min_present=min_present)
    adjusted = encode_attributes(rows, controls, min_present=min_present)
    asked = _question_columns(rows["response_id"], usable)
    controls_of = {name: [_CONTROL + column for column in own] for name, own in adjusted.parts.items()}
    if len(asked.columns):
        controls_of["question"] = list(asked.columns)
    length = _length_column(rows["response_id"], usable if with_length else usable[["response_id"]])
    if len(length.columns):
        controls_of[LENGTH] = list(length.columns)
    parts = [base, present, named.columns, adjusted.columns.add_prefix(_CONTROL), asked, length]
    matrix = pd.concat(parts, axis="columns")
    left_out = pd.concat([rare, named.left_out], ignore_index=True)
    return DriverDesign(
        matrix=matrix,
        drivers=pd.concat([drivers, named.drivers], ignore_index=True),
        left_out=conform("left_out", left_out if len(left_out) else empty("left_out")),
        attributes=named.parts,
        controls=controls_of,
    )


def _length_column(response_ids: pd.Series, usable: pd.DataFrame) -> pd.DataFrame:
    """Logarithm of the words that each response wrote; no column where all wrote as much or texts are not there."""
    if "text" not in usable.columns:
        return pd.DataFrame(index=response_ids.index)
    words = usable["text"].str.count(r"\S+").groupby(usable["response_id"]).sum()
    length = np.log1p(words.reindex(response_ids, fill_value=0).to_numpy(dtype=float))
    if len(length) == 0 or np.ptp(length) == 0:
        return pd.DataFrame(index=response_ids.index)
    return pd.DataFrame({LENGTH_COLUMN: length}, index=response_ids.index)


def _presence_columns(
    response_ids: pd.Series, presence: pd.DataFrame, min_present: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """0/1 columns of the drivers that are frequent enough, their names, and those that are not."""
    inside = presence[presence["response_id"].isin(response_ids)]
    ids = sorted(inside["driver_id"].unique())
    marks = np.zeros((len(response_ids), len(ids)))
    rows = pd.Index(response_ids).get_indexer(inside["response_id"])
    marks[rows, pd.Index(ids).get_indexer(inside["driver_id"])] = 1.0
    wide = pd.DataFrame(marks, columns=ids)
    names = presence.drop_duplicates("driver_id").drop(columns="response_id").sort_values("driver_id")
    n_present = wide.sum().reindex(names["driver_id"], fill_value=0).astype(int).to_numpy()
    n = len(response_ids)
    enough = (n_present >= min_present) & (n - n_present >= min_present)
    drivers = names[enough].assign(attribute="", level="", numeric=False)
    rare = names[~enough][["driver_id", "label", "kind"]].assign(n_present=n_present[~enough])
    rare["reason"] = [
        f"mentioned by {count} responses, at least {min_present} are needed"
        if count < min_present
        else f"missing from only {n - count} responses, at least {min_present} are needed to compare"
        for count in rare["n_present"]
    ]
    return wide[drivers["driver_id"].tolist()], drivers.reset_index(drop=True), rare


def _question_columns(response_ids: pd.Series, usable: pd.DataFrame) -> pd.DataFrame:
    if "question" not in usable.columns or usable["question"].nunique() < 2:
        return pd.DataFrame(index=response_ids.index)
    asked = pd.crosstab(usable["response_id"], usable["question"]).clip(upper=1)
    asked = asked.reindex(response_ids, fill_value=0).astype(float).reset_index(drop=True)
    asked.columns = [f"{_CONTROL}question/{name}" for name in asked.columns]
    return asked
