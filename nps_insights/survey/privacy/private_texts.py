"""Nothing private goes on from the door: texts, refused values, notes and errors are redacted at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.redaction import KnownNames, redact, redactions_table
from nps_insights.survey.settings import SurveySettings
from nps_insights.tables import DataRefusedError, SchemaError, SettingsError, conform, empty

_WORDS = {
    "e-mail": ("e-mail address", "e-mail addresses"),
    "url": ("web address", "web addresses"),
    "phone": ("phone number", "phone numbers"),
    "card": ("card number", "card numbers"),
    "iban": ("bank account number", "bank account numbers"),
    "ip": ("IP address", "IP addresses"),
    "name": ("known name", "known names"),
}
_NOBODY = KnownNames()


def without_private_texts(
    raw: RawTable, columns: Sequence[str], settings: SurveySettings, names: KnownNames = _NOBODY
) -> tuple[RawTable, pd.DataFrame]:
    """Return a file whose columns of free text are redacted, and table `redactions`.

    Args:
        raw: The file as read.
        columns: Its columns of free text.
        settings: `redact` and `phone_regions` are used.
        names: Names that are known.

    Example:
        >>> import numpy as np
        >>> raw = RawTable("s.csv", pd.DataFrame({"why": ["ask jo@example.com"]}), np.array([2]), pd.DataFrame())
        >>> without_private_texts(raw, ["why"], SurveySettings())[0].frame["why"].tolist()
        ['ask [e-mail]']
    """
    if not settings.redact:
        return raw, empty("redactions")
    found = {name: redact(raw.frame[name], regions=settings.phone_regions, names=names) for name in columns}
    changed = {name: one.texts for name, one in found.items() if len(one.counts)}
    frame = raw.frame.assign(**changed) if changed else raw.frame
    return replace(raw, frame=frame), added([one.counts for one in found.values()])


def added(counts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables `redactions` of several columns or files as one.

    Example:
        >>> one = redactions_table({"phone": 3}, {"phone": 2})
        >>> added([one, one]).values.tolist()
        [['phone', 6, 4]]
    """
    if not any(len(one) for one in counts):
        return empty("redactions")
    summed = pd.concat(counts).groupby("kind")[["n", "n_comments"]].sum()
    return redactions_table(dict(summed["n"]), dict(summed["n_comments"]))


def redaction_note(counts: pd.DataFrame, settings: SurveySettings) -> list[str]:
    """Return the sentence on what was taken out of the comments, or that nothing was looked for.

    Example:
        >>> redaction_note(redactions_table({"phone": 3, "e-mail": 1}, {"phone": 2, "e-mail": 1}), SurveySettings())
        ['1 e-mail address and 3 phone numbers were removed from comments before anything was stored.']
    """
    if not settings.redact:
        return ["Comments are stored as they were written: redaction was turned off."]
    if counts.empty:
        return []
    parts = [f"{n:,} {_WORDS[kind][int(n != 1)]}" for kind, n in zip(counts["kind"], counts["n"], strict=True)]
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    was = "was" if int(counts["n"].sum()) == 1 else "were"
    return [f"{listed} {was} removed from comments before anything was stored."]


def private_quarantine(quarantine: pd.DataFrame, settings: SurveySettings, names: KnownNames = _NOBODY) -> pd.DataFrame:
    """Return refused rows whose values and reasons are redacted: a comment may stand in the column of scores.

    Args:
        quarantine: Table `quarantine`.
        settings: `redact` and `phone_regions` are used.
        names: Names that are known.
    """
    if not settings.redact or quarantine.empty:
        return quarantine
    made = {
        name: redact(quarantine[name], regions=settings.phone_regions, names=names).texts
        for name in ("reason", "value")
    }
    return conform("quarantine", quarantine.assign(**made).drop_duplicates(["source", "row_number", "field", "reason"]))


def private_notes(notes: Sequence[str], settings: SurveySettings, names: KnownNames = _NOBODY) -> tuple[str, ...]:
    """Return sentences without anything private that they cite."""
    if not settings.redact or not notes:
        return tuple(notes)
    return tuple(redact(pd.Series(list(notes), dtype="str"), regions=settings.phone_regions, names=names).texts)


@contextmanager
def private_errors(settings: SurveySettings, names: KnownNames = _NOBODY) -> Iterator[None]:
    """Redact what refusals cite; the traceback does not lead to the message as it was.

    Args:
        settings: `redact` and `phone_regions` are used.
        names: Names that are known.

    Example:
        >>> try:
        ...     with private_errors(SurveySettings()):
        ...         raise DataRefusedError("score: 'jo@example.com' is no number")
        ... except DataRefusedError as error:
        ...     print(error)
        score: '[e-mail]' is no number
    """
    try:
        yield
    except SchemaError as error:
        raise SchemaError(error.table, list(private_notes(error.problems, settings, names))) from None
    except (DataRefusedError, SettingsError) as error:
        raise type(error)(*private_notes([str(error)], settings, names)) from None
