"""The verb of this part: three lists of next actions, one per category, each with its size, value and expected gain."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.actions.known_answers import KnownAnswers, answers_before, moment_of
from nps_insights.actions.known_cases import cases_before
from nps_insights.actions.lists.calls import calls, flags_of_moment
from nps_insights.actions.lists.gains import Draws
from nps_insights.actions.lists.held_back import held_back, negative_mentions
from nps_insights.actions.lists.passives import passives
from nps_insights.actions.lists.promoters import promoters
from nps_insights.actions.lists.settings import ActionSettings
from nps_insights.actions.lists.standing import standing
from nps_insights.actions.lists.totals import list_totals
from nps_insights.tables import TABLES, conform, empty

_CARRIED = ("value", "account_name", "owner")
# As much of a comment as reads at a glance beside a name.
_QUOTE_LENGTH = 240


@dataclass(frozen=True, eq=False)
class Actions:
    """What to do next.

    Attributes:
        actions: Table `actions`: the lists in their order, and who would stand on one but is left alone (without rank).
        action_lists: Table `action_lists`: size, value and expected gain of each list.
        notes: What a reader must know, in sentences.
    """

    actions: pd.DataFrame
    action_lists: pd.DataFrame
    notes: tuple[str, ...] = ()


def action_lists(
    responses: pd.DataFrame,
    accounts: pd.DataFrame | None,
    *,
    as_of: str | pd.Timestamp,
    flags: pd.DataFrame | None = None,
    closest: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    effects: pd.DataFrame | None = None,
    theme_owners: Mapping[str, str] | None = None,
    moods: Collection[str] = (),
    comments: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
    settings: ActionSettings | None = None,
    n_draws: int = 2_000,
    confidence_level: float = 0.95,
    random_state: int = 0,
) -> Actions:
    """Propose whom to call, which passives to win over and whom to ask for a reference, on what is known before as_of.

    An account stands on one list at most: calls go first, then passives, then promoters; an account held out of the
    calls is left alone by all. Left alone too, and counted: who opted out, has an open complaint, or was contacted
    within `quiet_days`. Who has left is on no list.

    Args:
        responses: Table `responses`.
        accounts: Table `accounts`; None where there is none.
        as_of: The moment of knowing.
        flags: Table `flags` up to as_of, of one night or several; the latest is the call list.
        closest: Table `closest` of the driver report: passives near promoters.
        mentions: Table `mentions`.
        themes: Table `themes`, for labels and owners.
        effects: Table `effects`: which theme goes with fewer promoters.
        theme_owners: Who answers for a theme, by theme_id; goes before the owner in `themes`.
        moods: theme_ids of themes that only say how people feel: they hold nobody back.
        comments: Table `comments`.
        outcomes: Table `outcomes`: what became of earlier proposals.
        settings: What decides; `ActionSettings()` if not given.
        n_draws: Draws of each list for the range of its gain.
        confidence_level: Coverage of these ranges.
        random_state: Seed of the draws.

    Returns:
        The lists, row by row and each in one figure, with sentences on what a reader must know.

    Raises:
        SettingsError: A setting is out of its bounds, or costs are not those of the flags.
        DataRefusedError: An account stands twice, or flags are of a later moment.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": "a", "score": 9.0, "category": "promoter",
        ...                           "responded_at": pd.Timestamp("2026-02-01")})
        >>> accounts = pd.DataFrame({"account_id": ["a"], "value": [500.0]})
        >>> found = action_lists(responses, accounts, as_of="2026-03-01", settings=ActionSettings(willing=(30, 100)))
        >>> found.actions[["action", "account_id", "expected_gain"]].values.tolist()
        [['refer', 'a', 0.3]]
    """
    moment, chosen = moment_of(as_of), settings or ActionSettings()
    known = answers_before(responses, as_of=moment)
    cases = None if outcomes is None else cases_before(outcomes, as_of=moment)
    earlier = None if cases is None else cases.rows
    tonight = None if flags is None or flags.empty else flags_of_moment(flags, as_of=moment)
    listed = known.rows["account_id"] if tonight is None else tonight["account_id"]
    everybody = pd.concat([known.rows["account_id"], listed], ignore_index=True)
    here = standing(everybody, accounts, earlier, as_of=moment, quiet_days=chosen.quiet_days)
    lists = {} if tonight is None else {"call": calls(tonight, here)}
    if closest is not None:
        held = _held_back(closest, mentions, effects, themes, theme_owners or {}, chosen, moods)
        lists["convert"] = passives(closest, known, held, as_of=moment, settings=chosen)
    if known.dated:
        negative = None if mentions is None else negative_mentions(mentions, below=chosen.negative_below)
        asked = _asked(earlier)
        lists["refer"] = promoters(
            known, as_of=moment, settings=chosen, negative=negative, comments=comments, asked=asked
        )
    lists = {name: _with_words(rows, responses, comments) for name, rows in lists.items()}
    lists = _one_list_each(lists, here, tonight, chosen.most)
    lists = {name: _with_cases(rows, earlier, moment) for name, rows in lists.items()}
    draws = Draws(number=n_draws, confidence_level=confidence_level, random_state=random_state)
    table, lists = list_totals(lists, chosen, earlier, draws=draws)
    notes = _notes(lists, known, chosen) + _blind(lists, mentions, effects, comments)
    later = "" if cases is None else cases.left_aside()
    return Actions(_table(lists), table, (*known.notes, *([later] if later else []), *notes))


def _held_back(
    closest: pd.DataFrame,
    mentions: pd.DataFrame | None,
    effects: pd.DataFrame | None,
    themes: pd.DataFrame | None,
    owners: Mapping[str, str],
    settings: ActionSettings,
    moods: Collection[str],
) -> pd.DataFrame:
    if mentions is None:
        return pd.DataFrame(columns=["theme_id", "theme_label", "theme_owner"])
    below = settings.negative_below
    return held_back(
        closest["response_id"], mentions, effects=effects, themes=themes, owners=owners, below=below, moods=moods
    )


def _asked(earlier: pd.DataFrame | None) -> pd.Series:
    if earlier is None:
        return pd.Series(dtype="datetime64[us]", index=pd.Index([], dtype="str"))
    asked = earlier[(earlier["action"] == "refer") & earlier["contacted_at"].notna()]
    return asked.groupby("account_id")["contacted_at"].max()


def _one_list_each(
    lists: dict[str, pd.DataFrame], here: pd.DataFrame, tonight: pd.DataFrame | None, most: int
) -> dict[str, pd.DataFrame]:
    """Rank the lists: nobody on two of them, no left-alone account with a rank, no passive beyond `most`."""
    status = pd.Series(dtype="str") if tonight is None else tonight.set_index("account_id")["status"]
    taken = dict.fromkeys(status.index[status == "flagged"], "on the call list")
    taken |= dict.fromkeys(status.index[status == "holdout"], "held out of the calls, so that outcomes can be compared")
    found = {}
    for action, rows in lists.items():
        if action != "call":
            rows = _left_alone(rows, here, taken)
        free = rows["suppressed_because"] == ""
        rank = free.cumsum().where(free)
        kept = rank <= most if action != "call" else free
        found[action] = rows.assign(rank=rank.astype("Int64"), beyond=int((free & ~kept).sum()))[kept | ~free]
        taken |= {one: f"on the list {action!r}" for one in rows.loc[kept, "account_id"] if one not in taken}
    return found


def _left_alone(rows: pd.DataFrame, here: pd.DataFrame, taken: Mapping[str, str]) -> pd.DataFrame:
    stands = here.reindex(rows["account_id"]).set_axis(rows.index)
    own = rows["suppressed_because"] if "suppressed_because" in rows else pd.Series("", index=rows.index, dtype="str")
    listed = rows["account_id"].map(dict(taken)).astype("str").fillna("")
    because = stands["left_alone"].astype("str").fillna("")
    because = because.where(because != "", listed)
    rows = rows.assign(suppressed_because=because.where(because != "", own))
    if "value" not in rows:
        rows = rows.assign(value=stands["value"])
    rows = rows.assign(**{name: stands[name] for name in _CARRIED if name not in rows})
    return rows[stands["is_customer"].fillna(False).astype(bool)]


def _with_words(rows: pd.DataFrame, responses: pd.DataFrame, comments: pd.DataFrame | None) -> pd.DataFrame:
    """Add who of the account answered, and in which words: what a caller opens with."""
    if "response_id" not in rows or rows.empty:
        return rows
    ids = pd.Index(rows["response_id"])
    if "contact_id" in responses.columns:
        contact = responses.drop_duplicates("response_id").set_index("response_id")["contact_id"]
        rows = rows.assign(contact_id=contact.reindex(ids).set_axis(rows.index))
    if comments is None:
        return rows
    said = comments[~comments["says_nothing"].astype(bool) & comments["response_id"].isin(ids)]
    quote = said.sort_values(["response_id", "comment_id"]).groupby("response_id")["text"].agg(" / ".join)
    short = quote.where(quote.str.len() <= _QUOTE_LENGTH, quote.str.slice(0, _QUOTE_LENGTH - 1).str.rstrip() + "…")
    return rows.assign(quote=short.astype("str").reindex(ids).set_axis(rows.index))


def _with_cases(rows: pd.DataFrame, earlier: pd.DataFrame | None, as_of: pd.Timestamp) -> pd.DataFrame:
    """Add when each was proposed, and what became of it: an open case of the same action goes on, others begin now."""
    states = ["proposed_at", "contacted_at", "closed_at"]
    new = rows.assign(proposed_at=as_of, contacted_at=pd.NaT, closed_at=pd.NaT)
    new[states] = new[states].astype("datetime64[us]")
    if earlier is None or earlier.empty or rows.empty:
        return new
    latest = earlier.sort_values(["action", "account_id", "proposed_at"]).drop_duplicates(
        ["action", "account_id"], keep="last"
    )
    # With the question put to a promoter all is done; a call or an effort is over when it is closed.
    over = latest["closed_at"].notna() | ((latest["action"] == "refer") & latest["contacted_at"].notna())
    own = latest[~over].set_index(["action", "account_id"])[states]
    going_on = own.reindex(pd.MultiIndex.from_frame(rows[["action", "account_id"]])).set_axis(rows.index)
    return new.assign(**{name: going_on[name].where(going_on["proposed_at"].notna(), new[name]) for name in states})


def _table(lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    names = [column.name for column in TABLES["actions"].columns]
    required = [column for column in TABLES["actions"].columns if column.required]
    parts = [rows for rows in lists.values() if len(rows)]
    if not parts:
        return empty("actions")
    rows = pd.concat(parts, ignore_index=True)
    for column in required:
        if column.name not in rows:
            rows[column.name] = pd.NaT if column.kind == "date" else np.nan
    # A column that nothing was known of is left out, as the contract lets it be.
    needed = {column.name for column in required}
    return conform("actions", rows[[n for n in names if n in rows and (n in needed or rows[n].notna().any())]])


def _notes(lists: dict[str, pd.DataFrame], known: KnownAnswers, settings: ActionSettings) -> list[str]:
    notes = []
    if "call" not in lists:
        notes.append("No calls: they come from the flags of the churn run, and there are none.")
    if "convert" not in lists:
        notes.append("No passives: they come from table `closest` of the driver report, and there is none.")
    if not known.dated:
        notes.append("No promoters to ask: it must be known when they answered.")
    for action, rows in lists.items():
        beyond = int(rows["beyond"].iloc[0]) if len(rows) else 0
        if beyond:
            notes.append(f"{beyond:,} more could stand on the list {action!r}, beyond the {settings.most:,} first.")
    return notes


def _blind(
    lists: dict[str, pd.DataFrame],
    mentions: pd.DataFrame | None,
    effects: pd.DataFrame | None,
    comments: pd.DataFrame | None,
) -> list[str]:
    """What the lists could not see, and what they saw of the themes."""
    notes = []
    tones = mentions is not None and "tone" in mentions.columns
    if "refer" in lists and comments is not None and not tones:
        notes.append("Whether a promoter's comment speaks against us is not known: there are no mentions with a tone.")
    if "convert" not in lists:
        return notes
    if mentions is None:
        notes.append("What holds passives back is not known: there are no mentions.")
    elif effects is None:
        how = "the one mentioned in the lowest tone" if tones else "not known: there are neither tones nor effects"
        notes.append(f"Without effects, the theme that holds a passive back is {how}.")
    rows = lists["convert"]
    if "theme_label" in rows and rows["theme_label"].notna().any():
        counts = rows.loc[rows["rank"].notna(), "theme_label"].value_counts()
        ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:3]
        if ordered:
            notes.append(
                "What holds the passives back most: " + ", ".join(f"'{name}' ({n})" for name, n in ordered) + "."
            )
    return notes
