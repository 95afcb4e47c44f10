"""The words of the page: how numbers, ranges, changes, dates and names are written, as pure functions."""

import math
import re
from datetime import date, timedelta

import pandas as pd

from nps_insights.report.languages import digits, number_form, say, say_count
from nps_insights.tables import visible

MINUS = "−"
UNKNOWN = "not known"
_LONGEST_SHORT_RANGE = 14
_LONGEST_TOGETHER = 22
_RANGE = "likely {low} to {high}"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE_BREAKS = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\u2028": " ", "\u2029": " "})


def points(value: float, *, signed: bool = False, tenths: bool = False) -> str:
    """Write NPS points: whole numbers, one decimal below 1, a true minus sign.

    Args:
        value: Points; NaN where there is no figure.
        signed: Whether a gain shows its plus sign (changes and effects do, an NPS does not).
        tenths: Whether every figure has one decimal (where a reader shall be able to add them up).

    Example:
        >>> [points(v, signed=True) for v in (4.4, -0.46, 0.98, -12.5, 0.0)]
        ['+4', '−0.5', '+1', '−13', '0']
        >>> points(-4.0, tenths=True)
        '−4.0'
    """
    if not math.isfinite(value):
        return say(UNKNOWN)
    size = abs(value)
    # Half is rounded away from zero, as people do; round() and format() would round 2.5 to 2.
    shown = math.floor(size * 10 + 0.5) / 10 if size < 1 or tenths else math.floor(size + 0.5)
    if shown == 0:
        return "0"
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + digits(f"{shown:.1f}" if tenths else f"{shown:g}")


def likely(low: float, high: float, *, signed: bool = False, tenths: bool = False) -> str:
    """Write a range; an end that is not zero is not written as zero.

    Example:
        >>> likely(27.6, 34.2), likely(0.02, 6.8, signed=True), likely(float("nan"), 3)
        ('likely 28 to 34', 'likely just above 0 to +7', 'range not known')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return say("range not known")
    near_zero = say("just above 0") if low > 0 else say("just below 0") if high < 0 else "0"
    ends = [
        text if text != "0" else near_zero
        for text in (points(end, signed=signed, tenths=tenths) for end in (low, high))
    ]
    return say(_RANGE, low=ends[0], high=ends[1])


def with_range(value: float, low: float, high: float, *, signed: bool = False, tenths: bool = False) -> str:
    """Write a figure with its range.

    Example:
        >>> with_range(31, 28, 34)
        '31 (likely 28 to 34)'
    """
    if not math.isfinite(value):
        return say(UNKNOWN)
    written = points(value, signed=signed, tenths=tenths)
    return f"{written} ({likely(low, high, signed=signed, tenths=tenths)})"


def change(value: float, low: float, high: float, since: str) -> str:
    """Say how far a figure moved and whether that is real: whether the likely range leaves zero out.

    Example:
        >>> change(4, 1, 7, "Q2 2026")
        'Up 4 on Q2 2026 (likely +1 to +7): a real rise'
        >>> change(-2, -6, 2, "Q2 2026")
        'Down 2 on Q2 2026 (likely −6 to +2): too close to call'
    """
    if not math.isfinite(value):
        return say("The change on {since} is not known", since=since)
    return f"{moved(value, since)} ({likely(low, high, signed=True)}): {verdict(low, high)}"


def moved(value: float, since: str) -> str:
    """Say how far a figure moved.

    Example:
        >>> moved(-6.2, "Q2 2026"), moved(0.0, "Q2 2026")
        ('Down 6 on Q2 2026', 'Level with Q2 2026')
    """
    size = points(abs(value))
    if size == "0":
        return say("Level with {since}", since=since)
    form = "Up {size} on {since}" if value > 0 else "Down {size} on {since}"
    return say(form, size=size, since=since)


def verdict(low: float, high: float) -> str:
    """Say whether a change is real.

    Example:
        >>> verdict(1, 7), verdict(-8, -1), verdict(-1, 3)
        ('a real rise', 'a real drop', 'too close to call')
    """
    if low > 0:
        return say("a real rise")
    return say("a real drop") if high < 0 else say("too close to call")


def count(n: float) -> str:
    """Write a count with thousands separators.

    Example:
        >>> count(12345)
        '12,345'
    """
    return digits(f"{int(n):,}")


def plural(n: float, one: str, many: str = "") -> str:
    """Write a count with its noun.

    Example:
        >>> plural(1, "answer"), plural(1200, "answer"), plural(2, "reply", "replies")
        ('1 answer', '1,200 answers', '2 replies')
    """
    return f"{count(n)} {say_count(n, one, many or one + 's')}"


def percent(share: float) -> str:
    """Write a share (0..1) as a percentage: whole, one decimal below 1%.

    Example:
        >>> percent(0.184), percent(0.004), percent(0.0001), percent(0.0)
        ('18%', '0.4%', 'under 0.1%', '0%')
    """
    if not math.isfinite(share):
        return say(UNKNOWN)
    size = 100 * share
    if 0 < size < 0.05:
        return say("under {share}", share=percent_sign(digits("0.1")))
    shown = math.floor(size * 10 + 0.5) / 10 if size < 1 else math.floor(size + 0.5)
    return percent_sign(digits(f"{shown:g}"))


def percent_sign(number: str) -> str:
    """Write the sign behind a finished number.

    Example:
        >>> percent_sign("12")
        '12%'
    """
    return number + number_form().percent


def percent_with_range(share: float, low: float, high: float) -> str:
    """Write a share with its range.

    Example:
        >>> percent_with_range(0.18, 0.16, 0.204)
        '18% (likely 16 to 20%)'
    """
    return f"{percent(share)} ({percent_range(low, high)})" if math.isfinite(share) else say(UNKNOWN)


def percent_range(low: float, high: float) -> str:
    """Write the range of a share.

    Example:
        >>> percent_range(0.16, 0.204)
        'likely 16 to 20%'
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return say("range not known")
    return say(_RANGE, low=percent(low).removesuffix(number_form().percent), high=percent(high))


def odds(chance: float) -> str:
    """Say how likely something is, as people do; certainty is never claimed.

    Args:
        chance: Probability, 0..1.

    Example:
        >>> odds(0.224), odds(0.0), odds(0.999)
        ('22 in 100', 'less than 1 in 100', 'more than 99 in 100')
    """
    if pd.isna(chance):
        return UNKNOWN
    in_hundred = round(100 * float(chance))
    if in_hundred < 1:
        return say("less than 1 in 100")
    return say("more than 99 in 100") if in_hundred > 99 else say("{in_hundred} in 100", in_hundred=in_hundred)


def day(when: date) -> str:
    """Write a date.

    Example:
        >>> day(date(2026, 6, 30))
        '30 June 2026'
    """
    if when.day == 1:
        return say("1 {month} {year}", month=month(when), year=when.year)
    return say("{day} {month} {year}", day=when.day, month=month(when), year=when.year)


def month(when: date, *, short: bool = False) -> str:
    """Name the month of a date.

    Example:
        >>> month(date(2026, 6, 30)), month(date(2026, 6, 30), short=True)
        ('June', 'Jun')
    """
    return say(_SHORT_MONTHS[when.month - 1]) if short else say(_MONTHS[when.month - 1])


def period(start: date, end: date) -> str:
    """Name a period by its first and last day: a year, quarter, month, week, or the days themselves.

    Example:
        >>> period(date(2026, 4, 1), date(2026, 6, 30)), period(date(2026, 5, 1), date(2026, 5, 31))
        ('Q2 2026', 'May 2026')
        >>> period(date(2026, 5, 4), date(2026, 5, 10)), period(date(2026, 1, 1), date(2026, 12, 31))
        ('week of 4 May 2026', '2026')
        >>> period(date(2025, 7, 1), date(2026, 6, 30)), period(date(2026, 1, 1), date(2026, 5, 31))
        ('Q3 2025 to Q2 2026', 'January 2026 to May 2026')
    """
    after = end + timedelta(days=1)
    months = 12 * (after.year - start.year) + after.month - start.month
    whole = start.day == 1 and after.day == 1
    if whole and months == 12 and start.month == 1:
        return str(start.year)
    if whole and months == 3 and start.month % 3 == 1:
        return _quarter(start)
    if whole and months == 1:
        return whole_month(start)
    if whole and months % 12 == 0 and start.month == 1:
        return from_to(str(start.year), str(end.year))
    if whole and months % 3 == 0 and start.month % 3 == 1:
        return from_to(_quarter(start), _quarter(end))
    if whole and months > 1:
        return from_to(whole_month(start), whole_month(end))
    if (after - start).days == 7:
        return say("week of {day}", day=day(start))
    return from_to(day(start), day(end))


def _quarter(when: date) -> str:
    return say("Q{quarter} {year}", quarter=(when.month - 1) // 3 + 1, year=when.year)


def whole_month(when: date) -> str:
    """Name a month and its year.

    Example:
        >>> whole_month(date(2026, 4, 1))
        'April 2026'
    """
    return say("{month} {year}", month=month(when), year=when.year)


def from_to(first: str, last: str) -> str:
    """Name a time by its ends.

    Example:
        >>> from_to("Q1 2026", "Q2 2026"), from_to("2026", "2026")
        ('Q1 2026 to Q2 2026', '2026')
    """
    return first if first == last else say("{first} to {last}", first=first, last=last)


def clean(text: str | float | None, *, most: int = 90, nothing: str = "(no name)") -> str:
    r"""Make text from data fit to be shown: one line, no invisible or direction-changing characters, not endless.

    Escaping is not done here: the page and the charts escape on their own.

    Args:
        text: A label, name or quote; missing values count as empty.
        most: Longest text in characters; the rest becomes an ellipsis.
        nothing: What to show in place of an empty text.

    Example:
        >>> clean("late\u202e deliv\x00ery\n"), clean(None), clean("a" * 99, most=4)
        ('late delivery', '(no name)', 'aaa…')
    """
    raw = text if isinstance(text, str) else "" if pd.isna(text) else str(text)
    line = " ".join(visible(raw.translate(_LINE_BREAKS)).split())
    if len(line) > most:
        line = line[: most - 1].rstrip() + "…"
    return line or nothing


def together(text: str) -> str:
    r"""Keep a short range in parentheses on one line, by spaces that do not break.

    Where the language's word for likely is long, a line may break behind it: a phone's is not longer.

    Example:
        >>> together("−7 (likely −8 to −6)").split(" ")
        ['−7', '(likely\xa0−8\xa0to\xa0−6)']
        >>> from nps_insights.report.languages import spoken
        >>> with spoken("fr"):
        ...     together("−7 (probablement −24 à −10)").split(" ")
        ['−7', '(probablement', '−24\xa0à\xa0−10)']
    """
    likely_word = say(_RANGE, low="|", high="|").partition("|")[0]
    short_range = rf"(\({re.escape(likely_word)})([^()]{{3,{_LONGEST_SHORT_RANGE}}}\))"

    def kept(found: re.Match[str]) -> str:
        word, figures = found.groups()
        whole = len(found.group()) <= _LONGEST_TOGETHER
        return (word.replace(" ", "\u00a0") if whole else word) + figures.replace(" ", "\u00a0")

    return re.sub(short_range, kept, text)


def quoted(label: str) -> str:
    """Put a label in quotation marks.

    Example:
        >>> quoted("late delivery")
        '“late delivery”'
    """
    return say("“{label}”", label=label)


def colon(head: str, rest: str) -> str:
    r"""Join two parts of a line with a colon, as the language sets it.

    Example:
        >>> from nps_insights.report.languages import spoken
        >>> with spoken("fr"):
        ...     colon("Q1 2026", "37")
        'Q1 2026\xa0: 37'
    """
    return say("{head}: {rest}", head=head, rest=rest)


def apart(parts: list[str]) -> str:
    r"""Join parts of a line that stand for themselves, as the language sets a semicolon.

    Example:
        >>> from nps_insights.report.languages import spoken
        >>> apart(["30 not counted", "2 repeat others"])
        '30 not counted; 2 repeat others'
        >>> with spoken("fr"):
        ...     apart(["un", "deux"])
        'un\xa0; deux'
    """
    *before, last = parts or [""]
    return say("{before}; {last}", before=apart(before), last=last) if before else last


def listed(names: list[str]) -> str:
    """Join names as people do.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    if len(names) < 2:
        return "".join(names)
    return say("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])
