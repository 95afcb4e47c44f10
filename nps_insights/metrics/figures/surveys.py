"""Relational and transactional answers are two measures: which kind a table holds, and a refusal to pool them silently.

Who is asked after a support call is another customer, in another mood, than who is asked once a year.
"""

import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError

RELATIONAL, TRANSACTIONAL, POOLED = "relational", "transactional", "pooled"
KINDS = (RELATIONAL, TRANSACTIONAL)
_CHOICES = f'survey = "{RELATIONAL}", "{TRANSACTIONAL}" or, to take them together, "{POOLED}"'


def one_survey(responses: pd.DataFrame, survey: str | None = None) -> pd.DataFrame:
    """Return the answers of one kind of survey; both kinds together only where that is asked for.

    Args:
        responses: Table `responses`.
        survey: "relational" or "transactional" for the answers of that kind, "pooled" for all of them together, or
            None where no two kinds meet: answers that do not say are then taken for those of the one kind there is.

    Returns:
        The rows asked for, in their order. Pooled rows lose their column `survey`: they are one survey from here on.

    Raises:
        SettingsError: `survey` is none of these.
        DataRefusedError: `survey` is None and there are both kinds, or no answer is of the kind asked for.

    Example:
        >>> both = pd.DataFrame({"response_id": ["a", "b"], "survey": ["relational", "transactional"]})
        >>> one_survey(both, "relational")["response_id"].tolist()
        ['a']
        >>> one_survey(both)
        Traceback (most recent call last):
        ...
        nps_insights.tables.errors.DataRefusedError: survey: the answers are of two surveys (1 relational, \
1 transactional), which are not pooled unless asked: state survey = "relational", "transactional" or, to take them \
together, "pooled"
    """
    if survey not in (None, *KINDS, POOLED):
        raise SettingsError(f"survey == {survey!r}: must be {_CHOICES.removeprefix('survey = ')}, or None")
    if survey == POOLED:
        return responses.drop(columns="survey", errors="ignore")
    counts = kinds_of(responses)
    found = ", ".join(f"{n:,} {kind or 'that do not say'}" for kind, n in counts.items()) or "no answers"
    if survey is None and set(KINDS) <= set(counts):
        raise DataRefusedError(
            f"survey: the answers are of two surveys ({found}), which are not pooled unless asked: state {_CHOICES}"
        )
    if survey is None:
        return responses
    if survey not in counts:
        raise DataRefusedError(
            f"survey == {survey!r}: no answer is of this survey (there are {found}); state another, or name the "
            f"column that says which survey an answer belongs to"
        )
    return responses[responses["survey"] == survey]


def kinds_of(responses: pd.DataFrame) -> dict[str, int]:
    """Return how many answers are of each kind of survey; "" counts those that do not say.

    Example:
        >>> kinds_of(pd.DataFrame({"survey": ["relational", None, "relational"]}))
        {'relational': 2, '': 1}
    """
    if "survey" not in responses.columns:
        return {"": len(responses)} if len(responses) else {}
    counts = responses["survey"].value_counts()
    known = {kind: int(counts[kind]) for kind in KINDS if kind in counts.index}
    unknown = len(responses) - sum(known.values())
    return known | ({"": unknown} if unknown else {})
