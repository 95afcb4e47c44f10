"""Chapter: what people wrote, word for word, to search in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.groups_over_time import column_name, group_name
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.filters import Choices, spans

MOST_QUOTES = 1000
QUOTE_LENGTH = 600
_LABEL_LENGTH = 70
# What one person of a category is called; messages that are gathered stand in the code as texts.
_CATEGORIES = {"detractor": "detractor", "passive": "passive", "promoter": "promoter"}


@dataclass(frozen=True)
class QuoteRow:
    """One quote: its cells, and what it can be found by (several values each on a line of its own)."""

    cells: tuple[str, ...]
    themes: str
    groups: str
    periods: str


@dataclass(frozen=True)
class QuoteChapter:
    """All quotes of the edition, or as many as the page holds; `none_held` says that more stand elsewhere."""

    lead: str = ""
    summary: str = ""
    caption: str = ""
    columns: tuple[str, ...] = ()
    rows: list[QuoteRow] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    none_held: str = ""


def quotes_chapter(tables: Mapping[str, pd.DataFrame], choices: Choices, *, most: int = MOST_QUOTES) -> QuoteChapter:
    """Return the chapter: the newest comments, each with its themes, its score, its groups and its period.

    An edition that must not show comments has the typical quotes of its themes here, without score, group and period.

    Args:
        tables: Tables as `report_tables` returns them, and as the edition may show them.
        choices: The groups and periods that the page can be narrowed down to.
        most: How many the page holds.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> quotes_chapter(report_tables({}), Choices()).rows
        []
    """
    comments = tables["comments"]
    said = comments[~comments["says_nothing"].fillna(False).astype(bool)]
    if said.empty:
        return _typical(tables)
    known = said.merge(tables["responses"], on="response_id", how="inner", suffixes=("", "_of_response"))
    newest = known.sort_values(["responded_at", "comment_id"], ascending=[False, True], na_position="last").head(most)
    names, languages = _theme_names(tables), tables["languages"]
    newest["is_unread"] = newest["language"].isin(languages.loc[~languages["is_read"].astype(bool), "language"])
    rows = [_row(row, names, choices, when) for row, when in _with_periods(newest, tables)]
    n, shown = len(known), len(rows)
    count = words.plural(shown, "comment")
    lead = (
        say("{comments}, newest first. Those that say nothing are left out.", comments=count)
        if shown == n
        else say(
            "The newest {n} of {comments}; the others stand in the run's tables.",
            n=words.count(shown),
            comments=words.plural(n, "comment"),
        )
    )
    held = say("None among the newest {n} comments; older ones are in the tables of the run.", n=words.count(shown))
    columns = (
        say("Quote"),
        say("Themes"),
        say("Score"),
        *([say("Groups")] if choices.groups else []),
        say("Period"),
    )
    kept = {theme for row in rows for theme in row.themes.split("\n") if theme}
    summary = say("Read them ({count})", count=count)
    caption = say("Comments, newest first")
    return QuoteChapter(
        lead, summary, caption, columns, rows, _listed(tables, kept), none_held=held if shown < n else ""
    )


def _typical(tables: Mapping[str, pd.DataFrame]) -> QuoteChapter:
    """The quotes that stand for themes: all that an edition without comments may show."""
    found: dict[str, list[str]] = {}
    for _, theme in tables["themes"].sort_values(["n_responses", "theme_id"], ascending=[False, True]).iterrows():
        for text in (theme["example"], theme["example_negative"]):
            quote = words.clean(text, most=QUOTE_LENGTH, nothing="")
            if quote:
                found.setdefault(quote, []).append(_label(theme["label"]))
    if not found:
        return QuoteChapter()
    rows = [
        QuoteRow((quote, words.listed(list(dict.fromkeys(labels)))), "\n".join(labels), "", "")
        for quote, labels in found.items()
    ]
    count = words.plural(len(rows), "quote")
    lead = say_count(
        len(rows),
        "{quotes} that is typical of a theme: no others are shown here.",
        "{quotes} that are typical of a theme: no others are shown here.",
        quotes=count,
    )
    kept = {label for labels in found.values() for label in labels}
    heads = (say("Quote"), say("Typical of"))
    summary = say("Read them ({count})", count=count)
    return QuoteChapter(lead, summary, say("Typical quotes"), heads, rows, _listed(tables, kept))


def _row(row: pd.Series, names: Mapping[str, tuple[str, ...]], choices: Choices, when: list[str]) -> QuoteRow:
    leaves, every = (names.get(f"{row['response_id']}\n{part}", ()) for part in ("leaf", "all"))
    groups, category = _groups(row, choices.groups), say(_CATEGORIES[str(row["category"])])
    cells = (
        words.clean(row["text"], most=QUOTE_LENGTH),
        words.listed(list(leaves)) or (say("not read: language") if row["is_unread"] else say("none found")),
        f"{words.points(row['score'])}, {category}" if pd.notna(row["score"]) else category,
        *([words.apart([words.colon(by, group) for by, group in groups]) or "–"] if choices.groups else []),
        when[0] if when else "–",
    )
    return QuoteRow(cells, "\n".join(every), "\n".join(f"{by}\t{group}" for by, group in groups), "\n".join(when))


def _groups(row: pd.Series, offered: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The groups of an answer, among those that can be chosen."""
    found = []
    for name in row.index:
        by = column_name(str(name).removeprefix("attribute/"))
        if by in offered and (by, group_name(row[name])) not in found and group_name(row[name]) in offered[by]:
            found.append((by, group_name(row[name])))
    return found


def _theme_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple[str, ...]]:
    """Answer and "leaf" -> labels of the themes it mentions; answer and "all" -> those with what gathers them."""
    themes = tables["themes"]
    labels = dict(zip(themes["theme_id"], themes["label"].map(_label), strict=True))
    parents = dict(zip(themes["theme_id"], themes["parent_id"], strict=True))
    found: dict[str, tuple[str, ...]] = {}
    mentions = tables["mentions"][["response_id", "theme_id"]].drop_duplicates()
    for response, own in mentions.sort_values(["response_id", "theme_id"]).groupby("response_id")["theme_id"]:
        leaves = [labels[one] for one in own if one in labels]
        above = [labels[parents[one]] for one in own if one in parents and parents[one] in labels]
        found[f"{response}\nleaf"] = tuple(dict.fromkeys(leaves))
        found[f"{response}\nall"] = tuple(dict.fromkeys([*leaves, *above]))
    return found


def _with_periods(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[tuple[pd.Series, list[str]]]:
    """Each row with the names of the periods that it lies in, the shortest first."""
    found: list[list[str]] = [[] for _ in range(len(rows))]
    for start, end, name in spans(tables):
        inside = (rows["responded_at"] >= start) & (rows["responded_at"] < end.normalize() + pd.Timedelta(days=1))
        for at in inside.to_numpy().nonzero()[0]:
            found[at].append(name)
    return [(row, when) for (_, row), when in zip(rows.iterrows(), found, strict=True)]


def _listed(tables: Mapping[str, pd.DataFrame], kept: set[str]) -> list[str]:
    """Labels to choose from: each top theme, by size, before its own."""
    themes = tables["themes"].sort_values(["n_responses", "theme_id"], ascending=[False, True])
    tops = themes[themes["parent_id"].isna() | ~themes["parent_id"].isin(set(themes["theme_id"]))]
    order = []
    for _, top in tops.iterrows():
        order += [top["label"], *themes.loc[themes["parent_id"] == top["theme_id"], "label"]]
    return [label for label in dict.fromkeys(_label(one) for one in order) if label in kept]


def _label(label: str) -> str:
    return words.clean(label, most=_LABEL_LENGTH)
