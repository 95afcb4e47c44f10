"""What a user states about an export, checked before any row is read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from nps_insights.metrics import USUAL_CUTS
from nps_insights.survey.privacy.forgotten import Forgotten
from nps_insights.survey.privacy.pseudonym_key import PseudonymKey
from nps_insights.survey.redaction import REGIONS, checked_regions
from nps_insights.tables import SettingsError

USUAL_SCALE = (0.0, 10.0)
_NAMES = ("missing_scores", "attributes", "controls", "by", "theme_columns", "missing_dates", "name_columns")


@dataclass(frozen=True)
class ScaleRange:
    """A scale that was in use for a while.

    Attributes:
        until: Answers dated before this day were given on it; None for the last one.
        scale: Its ends as stated; (5, 1) means that 5 is the worst and 1 the best.
        cuts: Detractor up to, promoter from, on the turned scale; None for the usual 6 and 9.
    """

    until: pd.Timestamp | None
    scale: tuple[float, float]
    cuts: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class SurveySettings:
    """What the user states about a survey export.

    Attributes:
        columns: Field (score, comment, response_id, ...) -> column of the file; comment may name several.
        account_columns: The same for the accounts' file (account_id, value, ended_at, ...).
        scale: Ends of the scale, worst first: (1, 10), or (5, 1) for a reversed one. None: 0-10, if the scores
            agree.
        cuts: Detractor up to and promoter from, on the turned scale. None: 6 and 9 where the scale ends at 10.
        scales: Scales that changed: (until, scale) or (until, scale, cuts) tuples or `ScaleRange`s, oldest
            first. After the last `until` the scale is `scale`, or an entry whose `until` is None.
        csat_scale: Ends of the scale of satisfaction, worst first; answers outside are quarantined. None: not checked.
        ces_scale: The same for effort; (7, 1) where 7 is the greatest effort.
        missing_scores: Texts in the score column that mean "no answer"; these rows are filtered and counted.
        attributes: Columns that become drivers.
        controls: Columns that are adjusted for.
        by: Columns to group by.
        theme_columns: Columns with codes that people already have; "First..Last" names a range.
        date_format: How dates are written, e.g. "%d/%m/%Y". None: inferred, if the column allows one reading.
        missing_dates: Dates that mean "unknown", e.g. "1970-01-01".
        as_of: The moment of knowing; later answers are filtered. None: the last answer's date.
        redact: Whether addresses, numbers and known names are taken out of texts before anything else is done.
        phone_regions: Two-letter codes of the regions whose national phone numbers are looked for.
        name_columns: Columns with names to look for, beside those that are known by their headers.
        pseudonym_key: Key under which ids become pseudonyms; None leaves them as they are.
        forgotten: Whose rows are turned away, since they asked to be forgotten.

    Raises:
        SettingsError: A value cannot be used as given.
    """

    columns: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    account_columns: Mapping[str, str] = field(default_factory=dict)
    scale: tuple[float, float] | None = None
    cuts: tuple[float, float] | None = None
    scales: tuple["ScaleRange | tuple", ...] = ()
    csat_scale: tuple[float, float] | None = None
    ces_scale: tuple[float, float] | None = None
    missing_scores: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    theme_columns: tuple[str, ...] = ()
    date_format: str | None = None
    missing_dates: tuple[str, ...] = ()
    as_of: str | date | pd.Timestamp | None = None
    redact: bool = True
    phone_regions: tuple[str, ...] = REGIONS
    name_columns: tuple[str, ...] = ()
    pseudonym_key: PseudonymKey | None = field(default=None, repr=False)
    forgotten: Forgotten = field(default_factory=Forgotten, repr=False)

    def __post_init__(self) -> None:
        for name in ("scale", "csat_scale", "ces_scale"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_scale(getattr(self, name), name))
        if self.cuts is not None:
            object.__setattr__(self, "cuts", _pair(self.cuts, "cuts", "3,5"))
        ranges = tuple(_scale_range(entry) for entry in self.scales)
        object.__setattr__(self, "scales", ranges)
        if ranges:
            _check_order(ranges, self.scale)
        for name in _NAMES:
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        if self.as_of is not None:
            object.__setattr__(self, "as_of", _moment(self.as_of, "as_of"))
        if self.phone_regions != REGIONS:
            object.__setattr__(self, "phone_regions", checked_regions(self.phone_regions))
        for scale, cuts in self.stated_scales():
            if scale is not None:
                cuts_for(scale, cuts)

    def _listed(self) -> list[tuple[tuple[float, float] | None, tuple[float, float] | None]]:
        return [(entry.scale, entry.cuts) for entry in self.scales if isinstance(entry, ScaleRange)]

    def stated_scales(self) -> list[tuple[tuple[float, float] | None, tuple[float, float] | None]]:
        """Return each stated scale with its stated cuts, oldest first.

        Example:
            >>> SurveySettings(scale=(5, 1), cuts=(3, 5)).stated_scales()
            [((5.0, 1.0), (3.0, 5.0))]
        """
        listed = self._listed()
        open_end = not listed or (isinstance(self.scales[-1], ScaleRange) and self.scales[-1].until is not None)
        return [*listed, (self.scale, self.cuts)] if open_end else listed


def parse_scale(text: str) -> tuple[float, float]:
    """Return the ends of a scale written as in `--scale 1-10`; the worst answer comes first.

    Args:
        text: Two numbers with a dash between them; "5-1" is a reversed scale.

    Raises:
        SettingsError: The text is no scale.

    Example:
        >>> parse_scale("5-1")
        (5.0, 1.0)
    """
    return checked_scale(tuple(_numbers(text, "-", "scale", "1-10")), "scale")


def parse_cuts(text: str) -> tuple[float, float]:
    """Return cuts written as in `--cuts 3,5`: detractor up to 3, promoter from 5.

    Args:
        text: Two numbers with a comma between them.

    Raises:
        SettingsError: The text is no pair of cuts.

    Example:
        >>> parse_cuts("6,9")
        (6.0, 9.0)
    """
    return _pair(tuple(_numbers(text, ",", "cuts", "3,5")), "cuts", "3,5")


def checked_scale(scale: object, name: str) -> tuple[float, float]:
    """Return a scale as two different whole numbers, or say what is wrong with it.

    Example:
        >>> checked_scale([1, 10], "scale")
        (1.0, 10.0)
    """
    low, high = _pair(scale, name, "1-10")
    if low == high or low != int(low) or high != int(high):
        raise SettingsError(f"{name}: {low:g}-{high:g} is no scale; state two different whole numbers, e.g. 1-10")
    return low, high


def cuts_for(scale: tuple[float, float], cuts: tuple[float, float] | None) -> tuple[float, float]:
    """Return the cuts of a scale: the stated ones, or 6 and 9 where the scale runs from 0 or 1 to 10.

    Args:
        scale: Ends as stated, worst first.
        cuts: Detractor up to, promoter from, on the turned scale; None for the usual ones.

    Raises:
        SettingsError: The scale has no usual cuts and none are stated, or they do not fit it.

    Example:
        >>> cuts_for((1, 10), None)
        (6.0, 9.0)
    """
    low, high = min(scale), max(scale)
    shown = f"{scale[0]:g}-{scale[1]:g}"
    if cuts is None:
        if high == USUAL_SCALE[1] and low in (0, 1):
            return USUAL_CUTS
        raise SettingsError(
            f"cuts: the scale {shown} has no usual cut points; state them as --cuts D,P (detractor up to D, "
            f"promoter from P, after turning so that {high:g} is best"
            + ("), e.g. `--cuts 3,5`" if high == 5 else ")")
            + " (`cuts` in the section [score])"
        )
    if not low <= cuts[0] < cuts[1] <= high:
        raise SettingsError(
            f"cuts: {cuts[0]:g},{cuts[1]:g} do not fit the scale {shown}; the detractor's cut must be below the "
            f"promoter's, and both within {low:g} to {high:g}"
        )
    return cuts


def _pair(value: object, name: str, example: str) -> tuple[float, float]:
    wrong = f"{name}: {value!r} is not a pair of numbers; give e.g. {example}"
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
        raise SettingsError(wrong)
    try:
        first, second = float(value[0]), float(value[1])
    except (TypeError, ValueError) as error:
        raise SettingsError(wrong) from error
    if not (math.isfinite(first) and math.isfinite(second)):
        raise SettingsError(wrong)
    return first, second


def _numbers(text: str, separator: str, name: str, example: str) -> list[float]:
    try:
        return [float(part) for part in text.strip().split(separator)]
    except ValueError as error:
        raise SettingsError(f"{name}: {text!r} is not understood; write it as {example}") from error


def _scale_range(entry: object) -> ScaleRange:
    if isinstance(entry, ScaleRange):
        entry = (entry.until, entry.scale, entry.cuts)
    if not isinstance(entry, tuple | list) or len(entry) not in (2, 3):
        raise SettingsError(f"scales: {entry!r} must be (until, (low, high)) or (until, (low, high), (cut, cut))")
    until = None if entry[0] is None else _moment(entry[0], "scales: until")
    cuts = entry[2] if len(entry) == 3 else None
    return ScaleRange(
        until, checked_scale(entry[1], "scales"), None if cuts is None else _pair(cuts, "scales: cuts", "3,5")
    )


def _check_order(ranges: tuple[ScaleRange, ...], scale: tuple[float, float] | None) -> None:
    days = [entry.until for entry in ranges]
    dated = [day for day in days if day is not None]
    if None in days[:-1] or dated != sorted(set(dated)):
        raise SettingsError("scales: list them oldest first, each with a later `until`, only the last without one")
    if days[-1] is not None and scale is None:
        raise SettingsError(
            f"scales: nothing says which scale is used from {days[-1]:%Y-%m-%d} on; "
            "state it as scale, e.g. `--scale 1-10` (`scale` in the section [score])"
        )


def _moment(value: object, name: str) -> pd.Timestamp:
    wrong = f"{name}: {value!r} is not a date; write it as 2026-03-31"
    if not isinstance(value, str | date | datetime | pd.Timestamp):
        raise SettingsError(wrong)
    try:
        moment = pd.Timestamp(value)
    except (ValueError, TypeError) as error:
        raise SettingsError(wrong) from error
    if moment is pd.NaT:
        raise SettingsError(wrong)
    return moment if moment.tzinfo is None else moment.tz_convert("UTC").tz_localize(None)
