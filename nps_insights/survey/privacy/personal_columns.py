"""Columns of the accounts that tell who somebody is: they are not stored where nobody needs them."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.privacy.known_people import contact_detail, identifying
from nps_insights.survey.redaction import KnownNames, redact
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.attributes import unfit_as_driver
from nps_insights.tables import MARKS

# What looks like numbers or dates names nobody.
_WORDED = ("text", "label", "id")
_NAME_LIKE = r"^[^\W\d_]\S*[\s,]+\S+|^[^\W\d_a-z]"
_NO_NAMES = ("yes", "no", "true", "false", "ja", "nein", "oui", "non", "si", "unknown", "none", "n/a")
_NAMING_FIELDS = ("owner", "account_name")
# Fields that people fill in their own words.
_FREE_FIELDS = ("ended_reason",)
# A column of which this share is nothing but addresses or numbers holds contact details, whatever it is called.
_MOSTLY = 0.5
_NOBODY = KnownNames()


def without_personal_columns(
    raw: RawTable, columns: dict[str, str], settings: SurveySettings, names: KnownNames = _NOBODY
) -> tuple[RawTable, dict[str, str], list[str]]:
    """Return the accounts without columns of contacts' names and details, the fields that are left, and a note.

    Columns that the user groups by, or names as an attribute or control, stay. Other free text of the accounts,
    reasons for leaving included, is redacted; of labels and ids those of one word are left as they are, so that a class
    "Virginia" stays one though a contact bears that name. Where ids become pseudonyms, owners, names of accounts and
    contacts, and every column in which nearly each account has another text, are left out too: they would undo the
    pseudonyms.

    Args:
        raw: The accounts as read.
        columns: Field -> column.
        settings: `redact`, `phone_regions`, `pseudonym_key` and the named columns are used.
        names: Names that are known.

    Example:
        >>> import numpy as np, pandas as pd
        >>> frame = pd.DataFrame({"id": ["7"], "E-Mail": ["jo@example.com"], "Plan": ["gold"]}, dtype="str")
        >>> raw = RawTable("accounts.csv", frame, np.array([2]), pd.DataFrame())
        >>> without_personal_columns(raw, {"account_id": "id"}, SurveySettings())[0].frame.columns.tolist()
        ['id', 'Plan']
    """
    named = (*settings.attributes, *settings.controls, *settings.by)
    rest = [one for one in raw.frame.columns if one not in columns.values() and one not in named]
    dropped: list[str] = []
    if settings.redact:
        raw, dropped = _without_details(raw, rest, settings, names)
        free = {columns[name]: raw.frame[columns[name]] for name in _FREE_FIELDS if name in columns}
        redacted = {column: _redacted(texts, settings, names) for column, texts in free.items()}
        raw = replace(raw, frame=raw.frame.assign(**redacted))
    left = dict(columns)
    if settings.pseudonym_key is not None:
        rest = [one for one in rest if one not in dropped]
        dropped += [one for one in rest if identifying(one)]
        dropped += _nearly_unique(raw, [one for one in rest if one not in dropped])
        dropped += [left.pop(name) for name in _NAMING_FIELDS if name in left]
    if not dropped:
        return raw, left, []
    listed = ", ".join(map(repr, sorted(dropped)))
    tell, are = ("tells", "is") if len(dropped) == 1 else ("tell", "are")
    note = f"{raw.name}: {listed} {tell} who somebody is and {are} not stored"
    return replace(raw, frame=raw.frame.drop(columns=dropped)), left, [note]


def _without_details(
    raw: RawTable, columns: Sequence[str], settings: SurveySettings, names: KnownNames
) -> tuple[RawTable, list[str]]:
    changed, dropped = {}, []
    for name in columns:
        if contact_detail(name) or (identifying(name) and _names_people(raw.frame[name])):
            dropped.append(name)
            continue
        texts = raw.frame[name]
        if look_at(texts).kind not in _WORDED:
            continue
        redacted = _redacted(texts, settings, names)
        marked = int(redacted.str.strip().isin(MARKS.values()).sum())
        if marked > _MOSTLY * int((texts.str.strip() != "").sum()):
            dropped.append(name)
        else:
            changed[name] = redacted
    return replace(raw, frame=raw.frame.assign(**changed)), dropped


def _redacted(texts: pd.Series, settings: SurveySettings, names: KnownNames) -> pd.Series:
    one_word = (look_at(texts).kind != "text") & ~texts.str.strip().str.contains(r"\s")
    whole = replace(names, alone=frozenset())
    parts = [
        redact(texts[rows], regions=settings.phone_regions, names=known).texts
        for rows, known in ((one_word, whole), (~one_word, names))
    ]
    return pd.concat(parts).reindex(texts.index)


def _names_people(texts: pd.Series) -> bool:
    """Whether most cells hold several words or begin with a capital: "Contact" may also be a yes or a no."""
    filled = texts.str.strip()[texts.str.strip() != ""]
    looks = filled.str.contains(_NAME_LIKE) & ~filled.str.lower().isin(_NO_NAMES)
    return bool(looks.mean() > _MOSTLY) if len(filled) else False


def _nearly_unique(raw: RawTable, columns: Sequence[str]) -> list[str]:
    worded = [name for name in columns if look_at(raw.frame[name]).kind in _WORDED]
    texts = raw.frame[worded]
    return [name for name, why in unfit_as_driver(texts.mask(texts == "")).items() if "nearly every account" in why]
