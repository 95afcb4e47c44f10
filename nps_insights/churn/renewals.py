"""The next renewal of a contract after a date, from the one renewal date that the accounts carry."""

import numpy as np

from nps_insights.tables import SettingsError


def next_renewals(renewal_at: np.ndarray, as_of: np.ndarray, *, months: int | None = None) -> np.ndarray:
    """Return the next renewal after each moment.

    The accounts carry the renewal that was next when the extract was taken. At an earlier date it stands too far away
    for those who have renewed since, and only those who left still show the one they left at. Where contracts have one
    length, whole terms before or after bring it to the renewal that was next at that date, the same for both.

    Args:
        renewal_at: datetime64[us], (n,); NaT where not known.
        as_of: datetime64[us], (n,).
        months: Length of the contracts; None takes `renewal_at` as it stands.

    Returns:
        datetime64[us], (n,): after `as_of`; NaT where no such renewal is known.

    Raises:
        SettingsError: `months` is below 1.

    Example:
        >>> at, now = np.array(["2027-08-31"], "M8[us]"), np.array(["2026-01-10"], "M8[us]")
        >>> next_renewals(at, now, months=6).astype("M8[D]").tolist()
        [datetime.date(2026, 2, 28)]
    """
    if months is not None and months < 1:
        raise SettingsError(f"renewal_months == {months!r}: must be at least 1, such as 12 for contracts of a year.")
    known = ~np.isnat(renewal_at) & ~np.isnat(as_of)
    found = np.full(len(renewal_at), np.datetime64("NaT"), dtype="datetime64[us]")
    if months is None:
        return np.where(known & (renewal_at > as_of), renewal_at, found)
    given, now = renewal_at[known], as_of[known]
    terms = (now.astype("M8[M]") - given.astype("M8[M]")).astype("int64") // months
    this = _later(given, terms * months)
    found[known] = np.where(this > now, this, _later(given, (terms + 1) * months))
    return found


def _later(moments: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Moments some months later, on the last day of the month where it is shorter."""
    month = moments.astype("M8[M]")
    target = month + months.astype("timedelta64[M]")
    day = moments.astype("M8[D]") - month.astype("M8[D]")
    last = (target + np.timedelta64(1, "M")).astype("M8[D]") - target.astype("M8[D]") - np.timedelta64(1, "D")
    return np.asarray((target.astype("M8[D]") + np.minimum(day, last)).astype("M8[us]"))
