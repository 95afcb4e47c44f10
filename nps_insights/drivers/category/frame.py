"""What the category model reads: one row per response with a usable comment, themes as 0/1, attributes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class CategoryColumns:
    """The columns of a category model.

    Attributes:
        themes: driver_ids of themes or codes; the column of each is 1 where the response mentions it, else 0.
        texts: Attributes of text, without prefix; the column is `attribute/<name>`.
        numbers: Attributes that are numbers, without prefix.
    """

    themes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """All column names, themes first."""
        return [*self.themes, *(ATTRIBUTE_PREFIX + name for name in (*self.texts, *self.numbers))]


def columns_of(pipeline: "Pipeline") -> CategoryColumns:
    """Return the columns that a category model was made for, such as one that was just loaded.

    Example:
        >>> from nps_insights.drivers.category.models import category_model
        >>> columns_of(category_model(themes=["theme/t01"], texts=["plan"])).names
        ['theme/t01', 'attribute/plan']
    """
    parts = {name: own for name, _, own in pipeline.named_steps["columns"].transformers}

    def names(part: str) -> tuple[str, ...]:
        return tuple(str(one).removeprefix(ATTRIBUTE_PREFIX) for one in parts.get(part, ()))

    return CategoryColumns(names("themes"), names("texts"), names("numbers"))


def category_frame(
    responses: pd.DataFrame, comments: pd.DataFrame, presence: pd.DataFrame, columns: CategoryColumns
) -> pd.DataFrame:
    """Return what a category model reads of each response with a usable comment.

    A theme that nobody mentions here is 0 everywhere; a missing attribute value stays missing.

    Args:
        responses: Table `responses`.
        comments: Table `comments`.
        presence: Which response mentions what, of `theme_presence` or `code_presence`.
        columns: Columns of the model.

    Returns:
        One row per response, by response_id in its order: the columns `columns.names`.

    Raises:
        SettingsError: The responses lack an attribute of the model, or hold texts where it needs numbers.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["b", "a"], "attribute/plan": ["Pro", "Free"]})
        >>> comments = pd.DataFrame({"response_id": ["a", "b"], "says_nothing": False})
        >>> presence = pd.DataFrame({"response_id": ["b"], "driver_id": "theme/t01"})
        >>> columns = CategoryColumns(("theme/t01",), ("plan",))
        >>> category_frame(responses, comments, presence, columns)["theme/t01"].to_dict()
        {'a': 0.0, 'b': 1.0}
    """
    rows = commented(responses, comments)
    _refuse_absent(rows, columns)
    marks = np.zeros((len(rows), len(columns.themes)))
    row = pd.Index(rows["response_id"]).get_indexer(presence["response_id"])
    column = pd.Index(columns.themes, dtype="str").get_indexer(presence["driver_id"])
    known = (row >= 0) & (column >= 0)
    marks[row[known], column[known]] = 1.0
    frame = pd.DataFrame(marks, columns=list(columns.themes), index=pd.Index(rows["response_id"], name="response_id"))
    for name in columns.texts:
        values = rows[ATTRIBUTE_PREFIX + name]
        frame[ATTRIBUTE_PREFIX + name] = values.astype("str").where(values.notna()).to_numpy(dtype=object)
    for name in columns.numbers:
        frame[ATTRIBUTE_PREFIX + name] = _as_numbers(name, rows[ATTRIBUTE_PREFIX + name])
    return frame


def commented(responses: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """Return the responses with a usable comment, by response_id: silence is not absence of a theme.

    Example:
        >>> comments = pd.DataFrame({"response_id": ["a", "b"], "says_nothing": [False, True]})
        >>> commented(pd.DataFrame({"response_id": ["a", "b", "c"]}), comments)["response_id"].tolist()
        ['a']
    """
    usable = comments.loc[~comments["says_nothing"].astype(bool), "response_id"]
    return responses[responses["response_id"].isin(usable)].sort_values("response_id", ignore_index=True)


def joined_texts(response_ids: Sequence[str] | pd.Index, comments: pd.DataFrame) -> pd.Series:
    r"""Return all that each response says, its usable comments one below the other, by response_id.

    Example:
        >>> comments = pd.DataFrame({"comment_id": ["c2", "c1"], "response_id": "a", "text": ["slow", "kind"],
        ...                          "says_nothing": False})
        >>> joined_texts(["a"], comments)["a"]
        'kind\nslow'
    """
    usable = comments[~comments["says_nothing"].astype(bool)].sort_values("comment_id")
    return usable.groupby("response_id")["text"].agg("\n".join).reindex(pd.Index(response_ids))


def _refuse_absent(rows: pd.DataFrame, columns: CategoryColumns) -> None:
    absent = [name for name in (*columns.texts, *columns.numbers) if ATTRIBUTE_PREFIX + name not in rows.columns]
    if absent:
        have = ", ".join(c.removeprefix(ATTRIBUTE_PREFIX) for c in rows.columns if c.startswith(ATTRIBUTE_PREFIX))
        raise SettingsError(
            f"attribute {', '.join(absent)}: no such column, and the category model reads it; the responses have "
            f"{have or 'no attributes'}. Join it to the responses, or train the model again without it."
        )


def _as_numbers(name: str, values: pd.Series) -> np.ndarray:
    try:
        return values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    except (ValueError, TypeError):
        first = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()].iloc[0]
        raise SettingsError(
            f"attribute {name}: the category model reads numbers there, and it holds {first!r}; give it as numbers, "
            "or train the model again."
        ) from None
