"""Bring the planted churn world into the contract's tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize
from nps_insights.simulate.names import account_names, owner_names
from nps_insights.tables import conform

_REGIONS = ("UK & Ireland", "Benelux & Nordics", "DACH", "France & Iberia")
_TRADES = ("Retail", "Professional services", "Healthcare", "Manufacturing", "Hospitality", "Education", "Logistics")
_ROLES = ("owner", "IT manager", "office manager")
_ENDED = {"competitor": 0.45, "price": 0.25, "closed down": 0.15, "non-payment": 0.1, "relocation": 0.05}
_VALUES = {"Basic": 700.0, "Business": 1_500.0, "Premium": 3_000.0}
_NOTHING = "nothing to add"


@dataclass(frozen=True, eq=False)
class ChurnDraw:
    """What was drawn: arrays of n accounts, Q quarters, T themes.

    Attributes:
        account_id: Ids (n,).
        starts: First days of the quarters (Q,).
        started_at: First days as a customer (n,).
        ended_at: Last days, NaT while a customer (n,).
        plan: Plans (n,).
        score: Scores given in a quarter, NaN where none (n, Q).
        answered_at: Days of the answers, NaT where none (n, Q).
        commented: Whether the answer has a comment (n, Q).
        themes: Themes that are on a customer's mind (n, Q, T); they are mentioned where there is a comment.
        logins: Logins per month (n, 3 Q).
        chance: Chance of leaving in a quarter, NaN where not a customer at its start (n, Q).
    """

    account_id: np.ndarray
    starts: np.ndarray
    started_at: np.ndarray
    ended_at: np.ndarray
    plan: np.ndarray
    score: np.ndarray
    answered_at: np.ndarray
    commented: np.ndarray
    themes: np.ndarray
    logins: np.ndarray
    chance: np.ndarray


def account_table(draw: ChurnDraw, rng: np.random.Generator) -> pd.DataFrame:
    """Return table `accounts`; region, seats, owner, parent, renewal and value beyond the plan's mean nothing."""
    n = len(draw.account_id)
    region = rng.choice(np.array(_REGIONS, dtype=object), n)
    reason = rng.choice(np.array(list(_ENDED), dtype=object), n, p=list(_ENDED.values()))
    # About one account in eight belongs to a group of four or so.
    group = rng.integers(0, max(n // 32, 1), n)
    parents = np.array([f"G{number:05d}" for number in range(group.max() + 1)], dtype=object)
    frame = pd.DataFrame(
        {
            "account_id": draw.account_id,
            "started_at": draw.started_at.astype("datetime64[us]"),
            "ended_at": draw.ended_at.astype("datetime64[us]"),
            "ended_reason": pd.Series(reason).where(~np.isnat(draw.ended_at)),
            "renewal_at": _renewals(draw),
            "value": np.round(pd.Series(draw.plan).map(_VALUES).to_numpy(float) * rng.lognormal(0, 0.8, n), 2),
            "owner": owner_names(region, rng),
            "account_name": account_names(region, rng.choice(np.array(_TRADES, dtype=object), n), rng),
            "parent_id": pd.Series(parents[group]).where(rng.random(n) < 0.125),
            "attribute/plan": pd.array(draw.plan, dtype="str"),
            "attribute/region": pd.array(region, dtype="str"),
            "attribute/seats": np.round(rng.lognormal(3, 1, n)) + 1,
        }
    )
    return conform("accounts", frame)


def _renewals(draw: ChurnDraw) -> np.ndarray:
    """The next yearly renewal after all is over, for those who left as well: it must not tell who left."""
    end = draw.starts[-1] + np.timedelta64(92, "D")
    years = np.ceil((end - draw.started_at).astype(float) / 365)
    return np.asarray((draw.started_at + (365 * years).astype("timedelta64[D]")).astype("datetime64[us]"))


def answer_tables(
    draw: ChurnDraw, themes: Sequence[tuple], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return tables `responses`, `comments` and `mentions`; a comment has the id of its response."""
    account, quarter = np.nonzero(~np.isnan(draw.score))
    order = np.lexsort((account, draw.answered_at[account, quarter]))
    account, quarter = account[order], quarter[order]
    n = len(account)
    ids = np.array([f"R{number:07d}" for number in range(1, n + 1)], dtype=object)
    # Two answers in three come from the first contact, the others from a second one.
    contact = np.where(rng.random(n) < 2 / 3, 0, 1)
    role = (account + contact) % len(_ROLES)
    owners = draw.account_id[account].astype("str")
    score = draw.score[account, quarter]
    responses = pd.DataFrame(
        {
            "response_id": ids,
            "score": score,
            "scale_min": 0.0,
            "scale_max": 10.0,
            "category": categorize(pd.Series(score)),
            "account_id": owners,
            "contact_id": np.char.add(owners, np.array(["-1", "-2"])[contact]),
            "contact_role": np.array(_ROLES, dtype=object)[role],
            "responded_at": draw.answered_at[account, quarter].astype("datetime64[us]"),
            "survey": "relational",
        }
    )
    wrote = draw.commented[account, quarter]
    held = draw.themes[account[wrote], quarter[wrote]]
    comments, mentions = _words(ids[wrote], held, themes)
    return conform("responses", responses), comments, mentions


def _words(ids: np.ndarray, held: np.ndarray, themes: Sequence[tuple]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Comments of one clause per theme that is held (comments, themes), and which clause mentions which theme."""
    bits = held @ (1 << np.arange(len(themes)))
    sets = [[theme for place, theme in enumerate(themes) if number >> place & 1] for number in range(1 << len(themes))]
    texts = np.array([", ".join(theme[1] for theme in some) or _NOTHING for some in sets], dtype=object)
    comments = pd.DataFrame(
        {
            "comment_id": ids,
            "response_id": ids,
            "question": "reason",
            "text": texts[bits],
            "language": "en",
            "says_nothing": bits == 0,
        }
    )
    row, theme = np.nonzero(held)
    position = held.cumsum(axis=1)[row, theme]
    tone = np.sign([one[4] for one in themes])
    mentions = pd.DataFrame(
        {
            "segment_id": np.char.add(np.char.add(ids[row].astype("str"), "#"), position.astype("str")),
            "theme_id": np.array(_theme_ids(themes), dtype=object)[theme],
            "response_id": ids[row],
            "strength": 1.0,
            "tone": tone[theme],
        }
    )
    return conform("comments", comments), conform("mentions", mentions)


def _theme_ids(themes: Sequence[tuple]) -> list[str]:
    return [f"t{number:02d}" for number in range(1, len(themes) + 1)]


def theme_table(responses: pd.DataFrame, mentions: pd.DataFrame, themes: Sequence[tuple]) -> pd.DataFrame:
    """Return table `themes`; shares are of all responses, without interval (both bounds are the share itself)."""
    counts = mentions.groupby("theme_id").size().reindex(_theme_ids(themes), fill_value=0).to_numpy()
    share = counts / max(len(responses), 1)
    frame = pd.DataFrame(
        {
            "theme_id": _theme_ids(themes),
            "level": 0,
            "label": [theme[0] for theme in themes],
            "keywords": [theme[1] for theme in themes],
            "n_segments": counts,
            "n_responses": counts,
            "share": share,
            "share_low": share,
            "share_high": share,
            "nps": np.nan,
            "nps_low": np.nan,
            "nps_high": np.nan,
            "example": [theme[1] for theme in themes],
        }
    )
    return conform("themes", frame)


def usage_table(draw: ChurnDraw) -> pd.DataFrame:
    """Return table `usage`: logins, written down on the 15th of each month as a customer."""
    months = draw.starts.astype("datetime64[M]")[:, None] + np.arange(3).astype("timedelta64[M]")
    days = months.ravel().astype("datetime64[D]") + np.timedelta64(14, "D")
    there = (draw.started_at[:, None] < days) & (np.isnat(draw.ended_at)[:, None] | (days < draw.ended_at[:, None]))
    account, month = np.nonzero(there)
    frame = pd.DataFrame(
        {
            "account_id": pd.array(draw.account_id, dtype="str")[account],
            "used_at": days[month].astype("datetime64[us]"),
            "usage/logins": draw.logins[account, month],
        }
    )
    return conform("usage", frame)
