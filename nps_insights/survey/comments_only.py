"""Comments without scores: a file of texts becomes table `comments`, every row accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.survey.comments import cleaned, comments_table
from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.identity import response_ids
from nps_insights.survey.mapping.columns import described_columns, resolve, suggestions
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.survey.privacy.known_people import known_people
from nps_insights.survey.privacy.private_texts import private_quarantine, redaction_note, without_private_texts
from nps_insights.survey.privacy.pseudonyms import with_pseudonyms
from nps_insights.survey.redaction import KnownNames
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.values.languages import with_languages
from nps_insights.tables import DataRefusedError, SettingsError, conform

_FIELDS = ("comment", "response_id", "comment_id", "question", "language")


@dataclass(frozen=True)
class CommentsAdmission:
    """What came through the door.

    Attributes:
        comments: Table `comments`.
        quarantine: Table `quarantine`: rows that could not be taken, with the reason.
        counts: Rows read, kept, quarantined, duplicate (always 0) and filtered (empty comments).
        notes: Plain sentences.
        redactions: Table `redactions`: what was taken out of the comments.
    """

    comments: pd.DataFrame
    quarantine: pd.DataFrame
    counts: dict[str, int]
    notes: tuple[str, ...]
    redactions: pd.DataFrame


def admit_comments(
    raw: RawTable, columns: Mapping[str, str | tuple[str, ...]], settings: SurveySettings | None = None
) -> CommentsAdmission:
    """Return the comments of a file that holds no scores.

    Rows with an empty comment are filtered; rows that share a stated comment_id are quarantined. A row without
    response_id gets a hash of its content and an occurrence number.

    Args:
        raw: As `read_source` returns it.
        columns: Which column is what: comment, and response_id, comment_id, question, language where they exist.
        settings: What is said of privacy is used.

    Raises:
        SettingsError: comment is not named, a field is unknown, or the file has no such column.
        DataRefusedError: Every comment is empty.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"id": ["7", "8"], "said": ["Too slow", ""]}, dtype="str")
        >>> raw = RawTable("said.csv", frame, np.array([2, 3]), pd.DataFrame({"row_number": [], "reason": []}))
        >>> found = admit_comments(raw, {"comment": "said", "response_id": "id"})
        >>> found.comments["text"].tolist(), found.counts["filtered"]
        (['Too slow'], 1)
    """
    stated = settings or SurveySettings()
    names = known_people(raw, None, stated) if stated.redact else KnownNames()
    known = _resolved(raw, columns)
    raw = without_forgotten(raw, known, stated.forgotten, stated.pseudonym_key)
    raw, redactions = without_private_texts(raw, [known["comment"]], stated, names)
    raw = with_pseudonyms(raw, known, stated.pseudonym_key)
    cells = raw.frame
    filled = cleaned(cells[known["comment"]]) != ""
    repeated = pd.Series(False, index=cells.index)
    if "comment_id" in known:
        named = cells[known["comment_id"]].str.strip()
        repeated = filled & (named != "") & named.where(filled).duplicated(keep=False)
    kept = filled & ~repeated
    if not kept.any():
        raise DataRefusedError(
            f"comments: column {known['comment']!r} of {raw.name} holds none of use in {len(cells):,} rows "
            f"({int((~filled).sum()):,} empty, {int(repeated.sum()):,} with a comment_id that stands on several rows); "
            "name another column with --columns comment=..."
        )
    rows = pd.DataFrame({"response_id": response_ids(cells, known.get("response_id"), kept)})[kept]
    for name in ("comment_id", "question", "language"):
        if name in known:
            texts = cells.loc[kept, known[name]].str.strip()
            rows[name] = texts.mask(texts == "")
    comments, _ = comments_table(rows, (known["comment"],), cells[kept])
    counts = {
        "read": raw.n_read,
        "kept": int(kept.sum()),
        "quarantined": int(repeated.sum()) + len(raw.broken),
        "duplicate": 0,
        "filtered": int((~filled).sum()) + len(raw.set_aside),
    }
    return CommentsAdmission(
        comments=with_languages(comments),
        quarantine=private_quarantine(_quarantine(raw, known, repeated), stated, names),
        counts=counts,
        notes=(*raw.told, *redaction_note(redactions, stated)),
        redactions=redactions,
    )


def _resolved(raw: RawTable, columns: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    names = list(raw.frame.columns)
    for field, column in columns.items():
        if field not in _FIELDS:
            near = suggestions(field, _FIELDS)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_FIELDS)}"
            raise SettingsError(f"columns: {field!r} is no field of a file of comments; {hint}")
        if not isinstance(column, str):
            raise SettingsError(f"columns: {field} names {len(column)} columns, must name one")
    if "comment" not in columns:
        listed = "\n".join(described_columns(raw))
        raise SettingsError(
            f"columns: which column of {raw.name} holds the comments? Name it with --columns comment=COLUMN. "
            f"It has:\n{listed}"
        )
    return {field: resolve(str(column), names, f"columns: {field}") for field, column in columns.items()}


def _quarantine(raw: RawTable, known: Mapping[str, str], repeated: pd.Series) -> pd.DataFrame:
    values = raw.frame.loc[repeated, known["comment_id"]].tolist() if "comment_id" in known else []
    rows = pd.DataFrame(
        {
            "source": raw.name,
            "row_number": raw.row_numbers[repeated.to_numpy()],
            "field": "comment_id",
            "reason": "stands on several different rows",
            "value": pd.Series(values, dtype="str"),
        }
    )
    broken = raw.broken.reindex(columns=["row_number", "reason"]).assign(source=raw.name, field="", value="")
    return conform("quarantine", pd.concat([part for part in (rows, broken) if len(part)] or [rows]))
