"""Which columns could be the score of a file that is not understood: for a hint to a person, never for a decision."""

from collections.abc import Sequence

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.mapping.aliases import is_alias
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.mapping.similar_names import suggestions
from nps_insights.survey.values.scores import numbers_stated


def likely_scores(raw: RawTable, free: Sequence[str]) -> list[str]:
    """Return the columns that could hold the score, the likeliest first: for a hint to a person, never for a decision.

    Only columns of few whole numbers count. Names like that of a score come first, then scales that run to 10.

    Args:
        raw: The file as read.
        free: Columns that are not known to be anything else.

    Example:
        >>> import numpy as np
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"Stars": ["5", "1"], "Q1": ["0", "10"], "Why": ["slow", "kind"]}, dtype="str")
        >>> likely_scores(RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame()), list(frame.columns))
        ['Q1', 'Stars']
    """
    near = suggestions("nps score recommend", list(raw.frame.columns))
    rated = [column for column in free if look_at(raw.frame[column]).kind == "rating"]
    highest = {column: float(numbers_stated(raw.frame[column]).max()) for column in rated}
    # One answer repeated, or a 0 and 1 of a box that was ticked, is no scale.
    scales = [column for column in rated if highest[column] > 1]
    return sorted(
        scales,
        key=lambda c: (
            not is_alias(c, "score"),
            any(is_alias(c, other) for other in ("csat", "ces", "weight")),
            near.index(c) if c in near else len(near),
            highest[c] not in (9, 10),
        ),
    )


def other_delimiter(header: str) -> str:
    """Return what seems to separate the names of a header that was read as one name; nothing if nothing does.

    Example:
        >>> other_delimiter("id~score~comment")
        '~'
    """
    counts = {mark: header.count(mark) for mark in "~^\x1f\x01" if header.count(mark)}
    return max(counts, key=lambda mark: counts[mark], default="")
