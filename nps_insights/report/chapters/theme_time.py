"""Part of the chapter on themes: how often each is mentioned over time, what emerges or fades, what may be new."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.metrics import THEME_SHARE
from nps_insights.report import words
from nps_insights.report.inputs import shifted_themes, theme_shares, top_themes
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable

MOST_ROWS = 12
MOST_SENTENCES = 8
QUOTE_LENGTH = 200
LANGUAGES = {
    "ar": "Arabic",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


@dataclass(frozen=True)
class TrendRow:
    """One theme over time.

    Attributes:
        label: Its name.
        line: Points of the line, in a drawing of 100 by 100.
        band: Corners of its likely range in the same drawing.
        description: What the line shows, in a sentence.
        first: Share in the first period.
        last: Share in the last one, with its likely range.
        verdict: Whether it emerges or fades; empty where nothing was judged.
    """

    label: str
    line: str
    band: str
    description: str
    first: str
    last: str
    verdict: str


@dataclass(frozen=True)
class ThemeTime:
    """Themes over time; empty parts are not shown."""

    moves: list[str] = field(default_factory=list)
    moves_note: str = ""
    heads: tuple[str, str] = ("", "")
    rows: list[TrendRow] = field(default_factory=list)
    rest: list[TrendRow] = field(default_factory=list)
    possible: TextTable | None = None
    languages: TextTable | None = None


def theme_time(tables: Mapping[str, pd.DataFrame]) -> ThemeTime:
    """Return the part of the chapter.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> theme_time(report_tables({})).rows
        []
    """
    moves, note = _moves(tables)
    heads, rows, rest = _trends(tables)
    return ThemeTime(
        moves, note, heads, rows, rest, _possible(tables["possible_themes"]), _languages(tables["languages"])
    )


def _moves(tables: Mapping[str, pd.DataFrame]) -> tuple[list[str], str]:
    """What emerges and what fades, the largest shift first; and how many themes were judged."""
    changes, tops = tables["changes"], top_themes(tables["themes"])
    judged = changes[(changes["metric"] == THEME_SHARE) & ~changes["group"].isin(tops)]
    if judged.empty:
        return [], ""
    shifted = shifted_themes(tables)
    sentences = [_sentence(row) for _, row in shifted.head(MOST_SENTENCES).iterrows()]
    row = judged.iloc[0]
    before, after = (words.period(row[f"{side}_start"], row[f"{side}_end"]) for side in ("before", "after"))
    steady = len(judged) - len(shifted)
    if not sentences:
        many = words.plural(len(judged), "theme")
        return [], say(
            "{after} beside {before}: none of {many} is mentioned more or less often beyond what luck explains.",
            after=after,
            before=before,
            many=many,
        )
    further = len(shifted) - len(sentences)
    more = (
        say(" {themes} moved as well; the table below has them.", themes=words.plural(further, "further theme"))
        if further
        else ""
    )
    kept = (
        say("{themes} kept their share as far as can be told.", themes=words.plural(steady, "theme"))
        if steady > 1
        else ""
    )
    return sentences, (
        say(
            "{after} beside {before}. Of the themes listed, about one in ten may be there by luck.{more} {kept}",
            after=after,
            before=before,
            more=more,
            kept=kept,
        ).strip()
    )


def _sentence(row: pd.Series) -> str:
    low, high = sorted(abs(100 * row[end]) for end in ("conf_low", "conf_high"))
    if row["conf_low"] < 0 < row["conf_high"]:
        low = 0.0
    more = (
        "{label} is mentioned more often: by {now} of those with a comment, {then} before "
        "(likely {low} to {high} percentage points more)."
    )
    less = (
        "{label} is mentioned less often: by {now} of those with a comment, {then} before "
        "(likely {low} to {high} percentage points less)."
    )
    return say(
        more if row["estimate"] > 0 else less,
        label=words.quoted(words.clean(row["label"], most=60)),
        now=words.percent(row["after_estimate"]),
        then=words.percent(row["before_estimate"]),
        low=words.points(low),
        high=words.points(high),
    )


def _trends(tables: Mapping[str, pd.DataFrame]) -> tuple[tuple[str, str], list[TrendRow], list[TrendRow]]:
    """The lines of the largest themes, top themes where there are any, and of all others."""
    shares, themes = theme_shares(tables), tables["themes"]
    if shares["period_start"].nunique() < 2:
        return ("", ""), [], []
    shares = shares.merge(themes[["theme_id", "label", "level", "n_responses"]], left_on="group", right_on="theme_id")
    reasons = tables["changes"].dropna(subset=["reason"]).set_index("group")["reason"].to_dict()
    ordered = shares.sort_values(
        ["level", "n_responses", "theme_id", "period_start"], ascending=[True, False, True, True]
    )
    drawn = [
        (int(own["level"].iloc[0]), _row(own, reasons))
        for _, own in ordered.groupby("theme_id", sort=False)
        if len(own) > 1
    ]
    starts = shares.sort_values("period_start").iloc[[0, -1]]
    heads = tuple(words.period(row["period_start"], row["period_end"]) for _, row in starts.iterrows())
    broad = [row for level, row in drawn if level == 1]
    shown = broad[:MOST_ROWS] or [row for _, row in drawn][:MOST_ROWS]
    return (heads[0], heads[1]), shown, [row for _, row in drawn if row not in shown]


def _row(own: pd.DataFrame, reasons: Mapping[str, str]) -> TrendRow:
    first, last = own.iloc[0], own.iloc[-1]
    label = words.clean(first["label"])
    top = max(float(own["conf_high"].max()), 0.01)
    across = [100 * at / (len(own) - 1) for at in range(len(own))]
    down = {name: [100 * (1 - value / top) for value in own[name]] for name in ("estimate", "conf_low", "conf_high")}
    band = [*zip(across, down["conf_high"], strict=True), *reversed(list(zip(across, down["conf_low"], strict=True)))]
    names = [words.period(row["period_start"], row["period_end"]) for row in (first, last)]
    said = {"emerging": say("more often"), "fading": say("less often"), "steady": say("no clear change")}
    return TrendRow(
        label=label,
        line=_drawn(list(zip(across, down["estimate"], strict=True))),
        band=_drawn(band),
        description=say(
            "{label}: from {then} in {before} to {now} in {after}",
            label=label,
            then=words.percent(first["estimate"]),
            before=names[0],
            now=words.percent(last["estimate"]),
            after=names[1],
        ),
        first=words.percent(first["estimate"]),
        last=f"{words.percent(last['estimate'])} ({words.percent_range(last['conf_low'], last['conf_high'])})",
        verdict=said.get(reasons.get(first["theme_id"], ""), ""),
    )


def _drawn(corners: list[tuple[float, float]]) -> str:
    return " ".join(f"{round(x, 2):g},{round(y, 2):g}" for x, y in corners)


def _possible(groups: pd.DataFrame) -> TextTable | None:
    if groups.empty:
        return None
    ordered = groups.sort_values(["n_responses", "group_id"], ascending=[False, True])
    rows = [
        (
            words.clean(row["label"]),
            words.count(row["n_responses"]),
            words.percent(row["share"]),
            words.day(row["first_seen"]) if pd.notna(row["first_seen"]) else say("no date"),
            words.clean(row["example"], most=QUOTE_LENGTH, nothing=""),
        )
        for _, row in ordered.iterrows()
    ]
    columns = (
        say("What they seem to share"),
        say("Answers"),
        say("Of those with a comment"),
        say("First seen"),
        say("For example"),
    )
    return TextTable(say("Groups of remarks that fit no theme"), columns, rows)


def _language(code: str) -> str:
    return say(LANGUAGES[code]) if code in LANGUAGES else words.clean(code, most=30, nothing=say("not known"))


def _languages(languages: pd.DataFrame) -> TextTable | None:
    if languages.empty:
        return None
    ordered = languages.sort_values(["n_comments", "language"], ascending=[False, True])
    rows = [
        (
            _language(row["language"]),
            words.count(row["n_comments"]),
            words.percent(row["share"]),
            say("yes") if row["is_read"] else say("no: in no theme"),
        )
        for _, row in ordered.iterrows()
    ]
    return TextTable(say("Comments by language"), (say("Language"), say("Comments"), say("Share"), say("Read")), rows)
