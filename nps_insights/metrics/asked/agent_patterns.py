"""Agents who invite unusually: whom they ask, how many answer, how often the same people, and what those say.

A good agent makes customers happy; an agent who invites only the happy ones looks just as good. What tells the two
apart is what their customers said before, to others. Agents differ honestly too: each is held against the usual
spread between agents, not against chance alone.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.asked.matching import asked_again
from nps_insights.metrics.categories import signed
from nps_insights.metrics.intervals import critical_value
from nps_insights.metrics.many import benjamini_hochberg

Array = NDArray[np.float64]
_MIN_AGENTS = 10
_MIN_OTHERS = 30
# Fewest expected of either answer for a share to be nearly normal.
_MIN_EXPECTED = 5.0
# Differences beyond so many standard deviations count as that many for the usual spread. For normal ones the mean of
# the squares cut so is .7785, and the spread is known as well as from .725 times as many uncut ones.
_CUT, _MEAN_CUT, _EFFICIENCY = 1.5, 0.7785, 0.725
_STRATA = ("touchpoint", "channel")


@dataclass(frozen=True)
class _Pattern:
    """One pattern: rows of agent, stratum and value (1 / 0, or +1 / 0 / -1), and how to speak of it."""

    check: str
    rows: pd.DataFrame
    scale: float
    two_sided: bool
    told: str


def agent_patterns(
    asked: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    repeat_days: int = 90,
    false_discoveries: float = 0.1,
    min_agent: int = 30,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return how the invitations of each agent differ from those of the other agents, and who is unusual.

    Patterns, each against the other agents' within the same touchpoint and channel where known:
    `agent_prior_nps` (points): last answer before the invitation, not on this agent, of the people asked; high is odd.
    `agent_response_rate` (share): odd either way. `agent_asked_again` (share): invitations within `repeat_days` of the
    person's last one; high is odd. `agent_answers` (points): NPS of the answers; high is odd, though good work does it
    too.

    Judged against the usual spread between agents: variance of the difference + tau^2, with tau^2 such that the mean of
    the squared standardised differences, each cut at 1.5, is that of normal ones (moments of winsorised differences, so
    that a few odd agents do not hide themselves; cf. Spiegelhalter 2005); Student's t, as the
    spread is known from so many agents only; Benjamini-Hochberg over all agents and patterns together.

    Args:
        asked: What `asked_and_answered` returns, with `agent_id`.
        answers: Table `responses` known by then.
        repeat_days: As in `invitation_audit`.
        false_discoveries: q-value below which an agent is suspicious.
        min_agent: Fewest invitations (for two patterns: answers) of an agent that is judged.
        confidence_level: Coverage of the interval of the difference.

    Returns:
        Columns of table `invitation_audit`, a row per pattern and agent; estimate is the difference from the others.
        Fewer than 10 agents with enough invitations are not judged: there is no usual spread to hold them against.

    Example:
        >>> asked = pd.DataFrame({"invitation_id": ["i1"], "person": "p", "answered": False})
        >>> agent_patterns(asked, pd.DataFrame({"response_id": ["r1"], "category": ["passive"]}))["reason"].tolist()
        ['not known: the invitations do not name the agent (column agent_id)']
    """
    if "agent_id" not in asked.columns or asked["agent_id"].isna().all():
        return _nobody("not known: the invitations do not name the agent (column agent_id)")
    named = asked[asked["agent_id"].notna()]
    named = named.assign(stratum=_strata(named))
    parts = [
        _differences(pattern, min_agent, confidence_level)
        for pattern in _patterns(named, asked, answers, repeat_days)
        if len(pattern.rows)
    ]
    table = pd.concat(parts, ignore_index=True)
    table["q_value"] = benjamini_hochberg(table["p_value"])
    table["suspicious"] = table["q_value"] < false_discoveries
    odd = np.where(table["suspicious"], "; beyond the usual spread between agents", "")
    return table.assign(reason=table["reason"] + odd).drop(columns="p_value")


def _nobody(reason: str) -> pd.DataFrame:
    row = {"check": "agents", "by": "agent_id", "group": "", "n": 0, "suspicious": False, "reason": reason}
    return pd.DataFrame([row | dict.fromkeys(("estimate", "conf_low", "conf_high", "q_value"), np.nan)])


def _strata(named: pd.DataFrame) -> pd.Series:
    columns = [name for name in _STRATA if name in named.columns]
    keys = [named[name].astype("str").fillna("") for name in columns]
    return keys[0].str.cat(keys[1:], sep="\0") if keys else pd.Series("", index=named.index)


def _patterns(named: pd.DataFrame, asked: pd.DataFrame, answers: pd.DataFrame, repeat_days: int) -> list[_Pattern]:
    once = named.sort_values(["sent_at", "invitation_id"]).drop_duplicates(["agent_id", "person"])
    before = last_answer_before(once, answers)
    again = asked_again(asked, repeat_days).set_axis(asked["invitation_id"])
    said = named[named["answered"]]
    return [
        _pattern("agent_prior_nps", once[before.notna()], signed(before.dropna()), 100, "points in earlier answers"),
        _pattern("agent_response_rate", named, named["answered"], 1, "in the response rate", two_sided=True),
        _pattern("agent_asked_again", named, named["invitation_id"].map(again), 1, "in the share asked again"),
        _pattern("agent_answers", said, signed(said["answer_category"]), 100, "points in the answers"),
    ]


def _pattern(
    check: str, rows: pd.DataFrame, values: object, scale: float, told: str, *, two_sided: bool = False
) -> _Pattern:
    frame = rows[["agent_id", "stratum"]].assign(value=np.asarray(values, dtype=float))
    return _Pattern(check, frame.reset_index(drop=True), scale, two_sided, told)


def last_answer_before(asked: pd.DataFrame, answers: pd.DataFrame) -> pd.Series:
    """Return the category of each person's last answer before the day of the invitation that is not on its agent.

    Args:
        asked: invitation_id, sent_at, agent_id, and contact_id or account_id.
        answers: Table `responses`; answers of employees and tests are not read.

    Example:
        >>> asked = pd.DataFrame({"contact_id": ["c"], "agent_id": ["x"], "sent_at": pd.to_datetime(["2026-05-01"])})
        >>> answers = pd.DataFrame({"response_id": ["r1", "r2"], "contact_id": "c", "agent_id": ["y", "x"]})
        >>> answers["category"], answers["responded_at"] = ["passive", "promoter"], pd.Timestamp("2026-04-01")
        >>> last_answer_before(asked, answers).tolist()
        ['passive']
    """
    nothing = pd.Series(None, index=asked.index, dtype="str")
    shared = [name for name in ("contact_id", "account_id") if name in asked.columns and name in answers.columns]
    if not shared or "responded_at" not in answers.columns:
        return nothing
    key = shared[0]
    known = answers[answers[key].notna() & answers["responded_at"].notna()]
    if "internal" in known.columns:
        known = known[~known["internal"].astype("boolean").fillna(False).astype(bool)]
    known = known.sort_values([key, "responded_at", "response_id"], ignore_index=True)
    if known.empty:
        return nothing
    agent = known["agent_id"].astype("str").fillna("") if "agent_id" in known.columns else pd.Series("", known.index)
    new_person = (known[key] != known[key].shift()).to_numpy()
    starts = np.flatnonzero(new_person | (agent != agent.shift()).to_numpy())
    run = np.searchsorted(starts, np.arange(len(known)), side="right") - 1
    # The answer before a run of answers on one agent is the last one that is not on that agent.
    before_run = np.where(new_person[starts[run]], -1, starts[run] - 1)
    return _looked_up(asked, known.assign(agent=agent, place=np.arange(len(known)), other=before_run), key)


def _looked_up(asked: pd.DataFrame, known: pd.DataFrame, key: str) -> pd.Series:
    left = asked[[key, "agent_id"]].assign(
        day=asked["sent_at"].astype("datetime64[us]").dt.normalize(), row=asked.index
    )
    left = left[left[key].notna()].sort_values(["day", "row"])
    right = known[[key, "agent", "place", "other"]].assign(day=known["responded_at"].astype("datetime64[us]"))
    right = right.sort_values(["day", "place"])
    found = pd.merge_asof(left, right, on="day", by=key, allow_exact_matches=False).dropna(subset="place")
    place = np.where(found["agent"] == found["agent_id"], found["other"], found["place"]).astype(np.int64)
    category = known["category"].to_numpy()[place]
    return pd.Series(category, index=found["row"], dtype="str")[place >= 0].reindex(asked.index)


def _differences(pattern: _Pattern, min_agent: int, confidence_level: float) -> pd.DataFrame:
    """One row per agent: difference from the other agents, its interval, and p against the usual spread."""
    difference, variance, n, expected = _against_others(pattern.rows, binary=pattern.scale == 1)
    agents = sorted(pattern.rows["agent_id"].unique())
    judged = (n >= min_agent) & (variance > 0) & (expected >= _MIN_EXPECTED)
    p_values = np.full(len(agents), np.nan)
    if judged.sum() >= _MIN_AGENTS:
        p_values[judged] = _beyond_the_usual(difference[judged], variance[judged], pattern.two_sided)
    half = critical_value(confidence_level) * np.sqrt(variance)
    frame = pd.DataFrame({"check": pattern.check, "by": "agent_id", "group": agents, "n": n.astype(np.int64)})
    figures = {"estimate": difference, "conf_low": difference - half, "conf_high": difference + half}
    for name, figure in figures.items():
        frame[name] = np.where(variance > 0, pattern.scale * figure, np.nan)
    unit = f"{pattern.told}" if pattern.scale == 100 else f"percentage points {pattern.told}"
    told = [
        f"{100 * one:+.0f} {unit} against other agents (n = {size:.0f})"
        for one, size in zip(difference, n, strict=True)
    ]
    why_not = np.select(
        [n < min_agent, (variance == 0) | (expected < _MIN_EXPECTED), judged.sum() < _MIN_AGENTS],
        [
            f"not judged: fewer than {min_agent} to compare",
            "not judged: too rare, or nothing to compare with",
            f"not judged: fewer than {_MIN_AGENTS} agents with enough",
        ],
        "",
    )
    return frame.assign(p_value=p_values, reason=[no or yes for no, yes in zip(why_not.tolist(), told, strict=True)])


def _against_others(rows: pd.DataFrame, *, binary: bool) -> tuple[Array, Array, Array, Array]:
    """By agent: mean less the others' mean in the same strata, its variance, n compared, rarer answer expected.

    Formula: sum over strata of (n_is / n_i)(mean_is - mean of the others in s); variance with the spread within s.
    """
    agent, _ = pd.factorize(rows["agent_id"], sort=True)
    stratum, names = pd.factorize(rows["stratum"], sort=True)
    shape = (int(agent.max()) + 1, len(names))
    cell, value = agent * shape[1] + stratum, rows["value"].to_numpy(dtype=float)
    n = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
    total = np.bincount(cell, weights=value, minlength=shape[0] * shape[1]).reshape(shape)
    squares = np.bincount(stratum, weights=value**2, minlength=shape[1])
    others, everything = n.sum(axis=0) - n, n.sum(axis=0)
    spread = np.maximum(squares / everything - (total.sum(axis=0) / everything) ** 2, 0)
    comparable = (n > 0) & (others >= _MIN_OTHERS)
    compared = np.where(comparable, n, 0.0)
    n_agent = compared.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(comparable, compared / n_agent[:, None], 0.0)
        others_mean = np.where(comparable, (total.sum(axis=0) - total) / others, 0.0)
        own_mean = np.where(comparable, total / n, 0.0)
        variance = np.where(comparable, weight**2 * spread * (1 / n + 1 / others), 0.0).sum(axis=1)
    difference = (weight * (own_mean - others_mean)).sum(axis=1)
    rare = (compared * np.minimum(others_mean, 1 - others_mean)).sum(axis=1)
    return difference, variance, n_agent, rare if binary else np.full(shape[0], np.inf)


def _beyond_the_usual(difference: Array, variance: Array, two_sided: bool) -> Array:
    """p-values of agents against the spread between agents; the centre is a median, the spread is winsorised."""
    from scipy.stats import t

    apart = difference - np.median(difference)
    low, high = 0.0, float((apart**2).max()) / _MEAN_CUT
    for _ in range(60):
        middle = (low + high) / 2
        wide = np.minimum(apart**2 / (variance + middle), _CUT**2).mean() > _MEAN_CUT
        low, high = (middle, high) if wide else (low, middle)
    z = apart / np.sqrt(variance + high)
    degrees = _EFFICIENCY * len(apart)
    return np.asarray(2 * t.sf(np.abs(z), degrees) if two_sided else t.sf(z, degrees))
