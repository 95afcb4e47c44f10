"""Codes that people already have: 0/1 columns of another tool or of a human."""

import pandas as pd

from nps_insights.survey.mapping.looks import look_at
from nps_insights.tables import DataRefusedError, conform, empty

_PRESENT = frozenset({"1", "1.0", "yes", "y", "true", "x", "oui", "ja", "si", "sí", "✓", "✔"})
_ABSENT = frozenset({"", "0", "0.0", "no", "n", "false", "non", "nein", "-", "na", "n/a", "nan", "null"})


def codes_table(cells: pd.DataFrame, places: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """Return one row per comment and code that it carries.

    Args:
        cells: The code columns of the kept rows, as text; the column's name is the code.
        places: comment_id and row (index of `cells`) of every comment.
        comments: The comments table.

    Returns:
        The codes table. Codes of a row without comment are left out: they belong to no text.

    Raises:
        DataRefusedError: A column holds anything but 0/1, yes/no, true/false, x or blank.

    Example:
        >>> cells = pd.DataFrame({"price": ["1", ""]}, dtype="str")
        >>> places = pd.DataFrame({"comment_id": ["c1", "c2"], "row": [0, 1]})
        >>> comments = pd.DataFrame({"comment_id": ["c1", "c2"], "response_id": ["r1", "r2"]})
        >>> codes_table(cells, places, comments)
          comment_id response_id   code
        0         c1          r1  price
    """
    plain = {name: cells[name].str.strip().str.lower() for name in cells.columns}
    problems = []
    for name, texts in plain.items():
        # A column of comments may be named by mistake: its cells must not reach a message.
        n_strange = int((~texts.isin(_PRESENT | _ABSENT)).sum())
        if n_strange:
            cells_are = "cell is" if n_strange == 1 else "cells are"
            problems.append(
                f"  {name!r}: {n_strange:,} {cells_are} none of these; it looks like {look_at(texts).words}"
            )
    if problems:
        raise DataRefusedError(
            "theme_columns: a column of codes holds 0/1, yes/no, true/false, x or blank; leave out or mend\n"
            + "\n".join(problems)
        )
    owner = dict(zip(comments["comment_id"], comments["response_id"], strict=True))
    parts = []
    for name, texts in plain.items():
        carrying = places[places["row"].map(texts.isin(_PRESENT)).astype(bool)]
        parts.append(pd.DataFrame({"comment_id": carrying["comment_id"], "code": name}))
    if not parts or not sum(map(len, parts)):
        return empty("codes")
    found = pd.concat(parts, ignore_index=True)
    return conform("codes", found.assign(response_id=found["comment_id"].map(owner)))
