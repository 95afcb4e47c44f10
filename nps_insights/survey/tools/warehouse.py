"""A long table from a warehouse: one row per answer, with the id of the response, the question and the answer.

Stands on how survey tools' connectors lay answers down (a table of answers with response id, question and value, and
what is known of the response repeated on each row); the names vary, so each part has several.

Traps: a response is several rows; numbers and texts may stand in two columns; an unanswered question is a row too.
"""

from dataclasses import replace
from itertools import product

import pandas as pd

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.mapping.aliases import is_alias, plain_name
from nps_insights.survey.tools.tool import Rows, Tool, column_named, named_columns, set_aside, told_apart, with_known
from nps_insights.tables import DataRefusedError

_IDS = ("response id", "responseid", "survey response id", "submission id", "respondent id")
_QUESTIONS = ("question text", "question", "question label", "question name", "question title", "question id")
_ANSWERS = (
    "answer value",
    "answer number",
    "numeric answer",
    "answer",
    "answer text",
    "response value",
    "response text",
)
_MOST_QUESTIONS = 200


def _fits(rows: Rows) -> bool:
    names = [plain_name(name) for name in rows[0]]
    if any(is_alias(name, "score") for name in rows[0]):
        return False
    place = next(names.index(name) for name in _IDS if name in names)
    question = next(names.index(name) for name in _QUESTIONS if name in names)
    whole = [row for row in rows[1:] if len(row) == len(names)]
    ids = {row[place] for row in whole}
    return len({row[question] for row in whole}) > 1 and len(ids) < len(whole)


def spread(raw: RawTable) -> RawTable:
    """Return a long table with a column per question; its rows stay, so that rows of one id are one response.

    Args:
        raw: The table, with a column of questions and one or more of answers; its tool is recognised.

    Raises:
        DataRefusedError: There are more questions than a survey has.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.files.raw import Recognised, numbered_reasons
        >>> frame = pd.DataFrame({"response id": ["r", "r"], "question": ["NPS", "Why?"], "answer": ["9", "kind"]})
        >>> long = RawTable("a.csv", frame, np.array([2, 3]), numbered_reasons([]), tool=Recognised("Any", "by hand"))
        >>> spread(long).frame.to_dict("list")
        {'response id': ['r', 'r'], 'NPS': ['9', ''], 'Why?': ['', 'kind']}
    """
    asked = column_named(raw, *_QUESTIONS)
    listed = named_columns(list(raw.frame.columns), {"comment": "|".join(_ANSWERS)})
    # A tool whose export is spread is known by both.
    assert asked is not None
    assert listed
    raw = set_aside(raw, _answers(raw.frame, listed["comment"]) == "", "a question that was not answered")
    frame = raw.frame
    answers, questions = _answers(frame, listed["comment"]), frame[asked].map(lambda text: " ".join(text.split()))
    wordings = sorted(questions.unique())
    if len(wordings) > _MOST_QUESTIONS:
        raise DataRefusedError(
            f"{raw.name}: {asked!r} holds {len(wordings):,} different questions, more than the {_MOST_QUESTIONS} a "
            "survey may have; give the answers to one survey, or one column per question"
        )
    kept = frame.drop(columns=[asked, *listed["comment"]])
    names = told_apart([*kept.columns, *(wording or "question without wording" for wording in wordings)])
    new = {
        name: answers.where(questions == wording, "")
        for name, wording in zip(names[len(kept.columns) :], wordings, strict=True)
    }
    wide = pd.concat([kept, pd.DataFrame(new, index=frame.index, dtype="str")], axis="columns")
    did = f"its rows hold one answer each, to {len(wordings)} questions; each question became a column"
    return with_known(replace(raw, frame=wide), did=[did])


def _answers(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """The first of the answer columns that is filled, in the order of the names: numbers before texts."""
    found = frame[columns[0]].str.strip()
    for column in columns[1:]:
        found = found.mask(found == "", frame[column].str.strip())
    return found


TOOL = Tool(
    name="a warehouse (one row per answer)",
    signatures=tuple(frozenset(names) for names in product(_IDS, _QUESTIONS, _ANSWERS)),
    fits=_fits,
    prepared=spread,
    columns={"response_id": "|".join(_IDS)},
    general=True,
)
