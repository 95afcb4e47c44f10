"""How watched figures are written: a metric's name, its figures and changes, amounts of money, and chances."""

import math
import re

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import digits, say

_NAMES = {
    "nps": "NPS",
    "nps_account": "NPS by account",
    "nps_revenue": "NPS by revenue",
    "csat": "CSAT",
    "ces": "CES",
    "ces_top": "CES, top answers",
    "promoter": "Promoters",
    "passive": "Passives",
    "detractor": "Detractors",
}
# What runs from 0 to 1 and is read in percent; a mean such as CES has a scale of its own.
_SHARES = frozenset({"csat", "ces_top", "promoter", "passive", "detractor", "theme_share", "comment_rate"})
_THEME = "theme_share"
# What is quoted is called so: it stays as it is, so that all three are looked for in one go.
_WRITTEN_OTHERWISE = re.compile(r"(?<!\w)'(?P<quoted>.+?)'(?!\w)|(?P<minus>(?<![\w.)])-(?=\d))|(?<=\d) %")


def figure_name(row: pd.Series) -> str:
    """Name a watched figure: its metric, and the group or theme that it is of.

    Example:
        >>> figure_name(pd.Series({"metric": "nps", "by": "product", "group": "Router"}))
        'NPS, product: Router'
        >>> figure_name(pd.Series({"metric": "theme_share", "by": "theme_id", "group": "t1", "label": "late"}))
        'Mentions of “late”'
    """
    metric, group = str(row["metric"]), words.clean(row["group"], most=60, nothing=say("(not stated)"))
    if metric == _THEME:
        label = row.get("label")
        called = words.clean(label if isinstance(label, str) and label else group, most=60)
        return say("Mentions of {label}", label=words.quoted(called))
    name = metric_name(metric)
    return words.colon(f"{name}, {words.clean(row['by'], most=40)}", group) if row["by"] else name


def metric_name(metric: str) -> str:
    """Name a metric.

    Example:
        >>> metric_name("nps"), metric_name("theme_share"), metric_name("comment_rate")
        ('NPS', 'Mentions', 'Comment rate')
    """
    if metric == _THEME:
        return say("Mentions")
    plain = words.clean(metric, most=40).replace("_", " ")
    return say(_NAMES[metric]) if metric in _NAMES else plain[:1].upper() + plain[1:]


def is_share(metric: str) -> bool:
    """Return whether a metric is a share (0..1), read in percent.

    Example:
        >>> is_share("theme_share"), is_share("nps")
        (True, False)
    """
    return metric in _SHARES


def level(metric: str, value: float) -> str:
    """Write a figure of a metric.

    Example:
        >>> level("nps", -4.4), level("theme_share", 0.12), level("ces", 5.26)
        ('−4', '12%', '5.3')
    """
    if metric in _SHARES:
        return words.percent(value)
    return words.points(value, tenths=_is_mean(metric))


def exact_level(metric: str, value: float) -> str:
    """Write a figure of a metric with tenths, for figures that differ by little.

    Example:
        >>> exact_level("nps", 28.84), exact_level("promoter", 0.4914)
        ('28.8', '49.1%')
    """
    share = metric in _SHARES
    written = words.points(100 * value if share else value, tenths=True)
    return words.percent_sign(written) if share else written


def level_with_range(metric: str, row: pd.Series) -> str:
    """Write a figure of a metric with its range.

    Args:
        metric: Its metric.
        row: Holds estimate, conf_low and conf_high.

    Example:
        >>> level_with_range("csat", pd.Series({"estimate": 0.8, "conf_low": 0.75, "conf_high": 0.84}))
        '80% (likely 75 to 84%)'
    """
    low, high = (row[end] for end in ("conf_low", "conf_high"))
    if metric in _SHARES:
        return words.percent_with_range(row["estimate"], low, high)
    return words.with_range(row["estimate"], low, high, tenths=_is_mean(metric))


def change_with_range(metric: str, row: pd.Series) -> str:
    """Write a change of a metric with its range; those of shares in percentage points.

    Example:
        >>> change_with_range("theme_share", pd.Series({"estimate": 0.2, "conf_low": 0.13, "conf_high": 0.27}))
        '+20 (likely +13 to +27) percentage points'
    """
    ends = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if metric not in _SHARES:
        return words.with_range(*ends, signed=True, tenths=_is_mean(metric))
    written = words.with_range(*(100 * end for end in ends), signed=True)
    return say("{change} percentage points", change=written) if math.isfinite(ends[0]) else written


def _is_mean(metric: str) -> bool:
    return metric not in _SHARES and not metric.startswith("nps")


def amount(value: float, *, signed: bool = False, currency: str = "") -> str:
    """Write an amount of money: three digits that count, in the currency that was given; none is ever guessed.

    Example:
        >>> amount(1_018_370.0, currency="€"), amount(-131.65, currency="EUR").replace("\u00a0", " ")
        ('€1,020,000', '−EUR 132')
        >>> amount(1_018_370.0), amount(-131.65, signed=True), amount(113_434.6, signed=True), amount(float("nan"))
        ('1,020,000', '−132', '+113,000', 'not known')
    """
    if not math.isfinite(value):
        return say(words.UNKNOWN)
    size = abs(value)
    step = 10 ** max(math.floor(math.log10(size)) - 2, 0) if size >= 1 else 1
    shown = step * math.floor(size / step + 0.5)
    sign = "" if shown == 0 else words.MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{_unit(currency)}{digits(f'{shown:,}')}"


def _unit(currency: str) -> str:
    """A sign stands at the figure, a code or a word before a space that does not break."""
    name = words.clean(currency, most=12, nothing="")
    return f"{name}\u00a0" if name[-1:].isalpha() else name


def amount_with_range(value: float, low: float, high: float, *, signed: bool = False, currency: str = "") -> str:
    """Write an amount of money with its range.

    Example:
        >>> amount_with_range(1_018_370.0, 950_200.0, 1_100_000.0)
        '1,020,000 (likely 950,000 to 1,100,000)'
    """
    if not math.isfinite(value):
        return say(words.UNKNOWN)
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{amount(value, signed=signed, currency=currency)} ({say('range not known')})"
    likely = say("likely {low} to {high}", low=amount(low, signed=signed), high=amount(high, signed=signed))
    return f"{amount(value, signed=signed, currency=currency)} ({likely})"


def chance(probability: float) -> str:
    """Write how likely something is; nothing that is only expected is certain.

    Example:
        >>> chance(0.224), chance(0.0004), chance(1.0)
        ('22%', 'under 1%', 'over 99%')
    """
    if not math.isfinite(probability):
        return say(words.UNKNOWN)
    if probability < 0.01:
        return say("under {share}", share=words.percent(0.01))
    return say("over {share}", share=words.percent(0.99)) if probability > 0.99 else words.percent(probability)


def sentence(text: str | float | None, *, most: int = 500) -> str:
    """Bring a finished English sentence of another part into the page: cleaned, with its minus, quotes and percent.

    Example:
        >>> sentence("Mentions of '100 % organic' fell from 9 to 4 % (-7 to -3 points)")
        'Mentions of “100 % organic” fell from 9 to 4% (−7 to −3 points)'
        >>> sentence("Mentions of 'size -5' rose by 3 % (-1 to +4)")
        'Mentions of “size -5” rose by 3% (−1 to +4)'
    """

    def written(found: re.Match[str]) -> str:
        if found["quoted"]:
            return f"“{found['quoted']}”"
        return words.MINUS if found["minus"] else "%"

    return _WRITTEN_OTHERWISE.sub(written, words.clean(text, most=most, nothing=""))


def short_day(when: pd.Timestamp) -> str:
    """Write a date in brief, on one line.

    Example:
        >>> short_day(pd.Timestamp("2026-06-03")).split("\u00a0")
        ['3', 'Jun', '2026']
    """
    form = "1 {month} {year}" if when.day == 1 else "{day} {month} {year}"
    written = say(form, day=when.day, month=words.month(when, short=True), year=when.year)
    return written.replace(" ", "\u00a0")


def where_more(table: str) -> str:
    """Say where all rows of a table stand.

    Example:
        >>> where_more("actions")
        'All of them stand in tables/actions.parquet of the run folder.'
    """
    return say("All of them stand in tables/{table}.parquet of the run folder.", table=table)
