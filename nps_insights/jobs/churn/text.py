"""What customers said, for the churn jobs: themes learned from text before the first date, mentions of all text since.

A theme model that had read comments of after a date would know, at that date, what people were going to say. So
training learns themes from what was written before its first date alone, and scoring reads with that very fit.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from nps_insights.churn.leaks import COMMENTS, announces_leaving
from nps_insights.jobs.churn.inputs import Customers
from nps_insights.jobs.settings.driver_report import SurveyJobSettings
from nps_insights.jobs.theming.step import cache_folder, encoder_of, guidance
from nps_insights.tables import SettingsError, empty
from nps_insights.themes import FittedThemes, Progress, find_themes, readable_comments, themes_table

CHURN_THEMES = "churn_themes"
# Below this number of comments themes are chance.
FEWEST_COMMENTS = 200


@dataclass(frozen=True, eq=False)
class CustomerText:
    """Mentions of themes that were learned before a date.

    Attributes:
        fitted: The theme model; None where there was too little text.
        mentions: Table `mentions` of all comments that could be read.
        themes: Table `themes`, with labels.
        seen: Comments that the themes were learned from.
        notes: Plain sentences on what a reader must know.
    """

    fitted: FittedThemes | None
    mentions: pd.DataFrame
    themes: pd.DataFrame
    seen: int = 0
    notes: list[str] = field(default_factory=list)


def unannounced(customers: Customers, allowed: Collection[str] = ()) -> Customers:
    """Return the customers without comments that say, by a phrase, that their author leaves.

    A model shall foresee the end, not repeat it. What is taken out depends on the text alone, so those who left, those
    who stayed and those of whom nobody knows yet are treated alike, in training and at night. The answers stay.

    Args:
        customers: What was let in.
        allowed: `churn.allow`; with "comments" in it nothing is taken out.

    Returns:
        The customers with the remaining comments, and a note that counts the others.
    """
    if COMMENTS in allowed:
        return customers
    comments = customers.comments
    announcing = announces_leaving(comments["text"])
    n = int(announcing.sum())
    if not n:
        return customers
    say = (
        "1 comment says that its author leaves; it is"
        if n == 1
        else f"{n:,} comments say that who wrote them leaves; they are"
    )
    note = f"{say} left out, whatever became of the account: a risk shall foresee the end, not repeat it."
    remaining = replace(customers.admission, comments=comments[~announcing].reset_index(drop=True))
    return replace(customers, admission=remaining, notes=[*customers.notes, note])


def text_before(
    customers: Customers,
    first: pd.Timestamp | None,
    settings: SurveyJobSettings,
    tracking_uri: str,
    progress: Progress | None = None,
) -> CustomerText:
    """Learn themes from what was written before `first`, and find their mentions in everything written.

    Args:
        customers: What was let in.
        first: The first date at which accounts are looked at; None for an undated snapshot, which reads all.
        settings: `themes` says how they are found.
        tracking_uri: Where a fit to start from is stored.
        progress: Called with (texts done, texts to encode).
    """
    early = customers.comments if first is None else _written_before(customers, first)
    when = "" if first is None else f" written before {first:%Y-%m-%d}, the first date in training,"
    said = int((~early["says_nothing"].astype(bool)).sum())
    if said < FEWEST_COMMENTS:
        told = (
            f"Themes are not read: {said:,} comments{when} say something; at least {FEWEST_COMMENTS} are needed to "
            "learn themes" + ("." if first is None else " that did not see the future.")
        )
        return CustomerText(None, empty("mentions"), empty("themes"), said, [told])
    guided = guidance(settings.themes, tracking_uri)
    if guided.curation.start is not None and first is not None:
        _refuse_later_fit(guided.curation.start, settings.themes.start, first)
    responses, cache = customers.responses, cache_folder(settings)
    found = find_themes(
        early,
        responses[responses["response_id"].isin(early["response_id"])],
        encoder=encoder_of(settings.themes, guided.curation),
        tier=settings.themes.tier,
        n_themes=settings.themes.n_themes,
        curation=guided.curation,
        cache_folder=cache,
        random_state=settings.themes.random_state,
        progress=progress,
    )
    segments, mentions = mentions_of(customers, found.fitted, cache, progress)
    themes = themes_table(found.fitted, segments, mentions, responses)
    told = f"Themes were learned from {said:,} comments{when} and found again in everything written."
    return CustomerText(found.fitted, mentions, themes, said, [told])


def mentions_of(
    customers: Customers, fitted: FittedThemes, cache: Path, progress: Progress | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables `segments` and `mentions` of all comments, by themes fitted before."""
    readable = readable_comments(customers.comments, fitted.encoder)
    return fitted.assign(readable, cache_folder=cache, progress=progress)


def _written_before(customers: Customers, first: pd.Timestamp) -> pd.DataFrame:
    responses = customers.responses
    if "responded_at" not in responses.columns:
        return customers.comments.iloc[:0]
    early = responses.loc[responses["responded_at"] < first, "response_id"]
    return customers.comments[customers.comments["response_id"].isin(early)]


def _refuse_later_fit(start: FittedThemes, named: str, first: pd.Timestamp) -> None:
    if start.seen_until and pd.Timestamp(start.seen_until) < first:
        return
    seen = f"saw answers until {start.seen_until}" if start.seen_until else "does not say what it saw"
    raise SettingsError(
        f"themes.start == {named!r}: that fit {seen}, and the first date in training is {first:%Y-%m-%d}; at that "
        "date it would know what people were going to say. Leave it out, and themes are learned from earlier text."
    )
