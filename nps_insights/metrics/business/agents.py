"""Agents compared fairly: as if all had served the same mix of cases, and shrunken by as much as their gaps are luck.

A raw ranking of agents blames whoever is given the angry customers, and puts whoever had few answers at both ends.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.accounts import account_of
from nps_insights.metrics.business.shrinkage import FEWEST_FIGURES, shrunken
from nps_insights.metrics.categories import signed
from nps_insights.metrics.estimates import group_column, group_names
from nps_insights.tables import SettingsError, conform, empty

Array = NDArray[np.float64]
MIN_ANSWERS = 30
_NOT_KNOWN, _RARE = "(not known)", "(rare)"
# A column of numbers with more values than this bends no further than a line.
_MOST_LEVELS = 12
_ANSWERS_OF_A_LEVEL = 30
_FIGURES = ("estimate", "conf_low", "conf_high", "reliability")
_OUTCOMES = ("csat", "ces", "agent_id", "response_id")


def adjusted_agents(
    responses: pd.DataFrame,
    *,
    case_mix: Sequence[str] = (),
    min_answers: int = MIN_ANSWERS,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the NPS of each agent as if all agents had served the same cases, shrunken towards all agents.

    How much harder one kind of case is than another is learned within agents (each agent compared with itself), so
    that a good agent does not make the own cases look easy. The adjusted figures are then shrunken (`shrunken`): the
    fewer answers an agent has and the less agents differ, the more. Answers of one account to one agent resemble each
    other; the error counts that.

    Args:
        responses: Table `responses` with `agent_id`; answers without an agent are left out.
        case_mix: Columns that tell what an agent was given, attributes with or without prefix: touchpoint, trigger,
            plan. Values seen fewer than 30 times are taken together. Nothing the agent brings about belongs here.
        min_answers: Agents with fewer answers get no estimate and help to judge no other.
        confidence_level: Coverage of the intervals, on average over agents.

    Returns:
        Table `agents`: `estimate` with interval in points, at the case mix of all agents compared; `raw`, the NPS as
        it stands; `reliability`; `differs`, whether the agent lies off the mean of all agents beyond luck; `reason`.

    Raises:
        SettingsError: There is no `agent_id`, or a column of `case_mix` is missing or is an answer itself.

    Example:
        >>> n = 120
        >>> responses = pd.DataFrame({
        ...     "response_id": [f"r{i:03}" for i in range(n)],
        ...     "agent_id": ["ann", "bob", "cas"] * 40,
        ...     "category": ["promoter"] * 60 + ["detractor"] * 60,
        ... })
        >>> adjusted_agents(responses)[["agent_id", "raw", "differs"]].values.tolist()
        [['ann', 0.0, False], ['bob', 0.0, False], ['cas', 0.0, False]]
    """
    rows = _served(responses)
    if rows.empty:
        return empty("agents")
    counts = rows.groupby("agent_id", sort=True)["y"].agg(["size", "mean"])
    table = pd.DataFrame({"agent_id": counts.index, "n": counts["size"].to_numpy(), "raw": counts["mean"].to_numpy()})
    few = table["n"] < min_answers
    judged = rows[rows["agent_id"].isin(table.loc[~few, "agent_id"])]
    figures = _as_if_alike(judged, _cases(judged, case_mix)).reindex(table["agent_id"])
    alone = ~few & figures["figure"].isna().to_numpy()
    compared = (~few & ~alone).to_numpy()
    table["too_small"], table["differs"], table["reason"] = few, False, ""
    table.loc[few, "reason"] = [f"{n:,} answers; at least {min_answers} are needed" for n in table.loc[few, "n"]]
    table.loc[alone, "reason"] = "serves cases that nobody else serves: agent and case cannot be told apart"
    table[list(_FIGURES)] = np.nan
    if compared.sum() < FEWEST_FIGURES:
        table.loc[compared, "reason"] = f"fewer than {FEWEST_FIGURES} agents can be compared"
        return conform("agents", table)
    raw, errors = (figures.loc[compared, name].to_numpy() for name in ("figure", "std_error"))
    found = shrunken(raw, errors, confidence_level=confidence_level)
    for name in _FIGURES:
        table.loc[compared, name] = np.clip(getattr(found, name), -100, 100)
    table.loc[compared, "differs"] = found.p_value < 1 - confidence_level
    return conform("agents", table)


def _served(responses: pd.DataFrame) -> pd.DataFrame:
    """The answers that an agent got, in order of their id, with +100 / 0 / -100 and their account."""
    if "agent_id" not in responses.columns:
        raise SettingsError(
            "agents: the responses have no agent_id; name the column that tells who served the customer"
        )
    ordered = responses[responses["agent_id"].notna()].sort_values("response_id")
    return ordered.assign(y=100 * signed(ordered["category"]), account=account_of(ordered).to_numpy())


def _cases(rows: pd.DataFrame, case_mix: Sequence[str]) -> Array:
    """What each agent was given (n, k): a column of 0 and 1 per value, less one, and numbers as they stand."""
    parts = [np.empty((len(rows), 0))]
    for by in dict.fromkeys(case_mix):
        name = group_column(rows, by)
        if name in _OUTCOMES:
            raise SettingsError(f"case_mix == {by!r}: that is what came of a case; name what the agent was given")
        values = rows[name]
        if pd.api.types.is_float_dtype(values) and values.nunique() > _MOST_LEVELS:
            spread = values.std() or 1.0
            missing = values.isna().to_numpy(dtype=float)[:, None]
            parts.append(((values - values.mean()) / spread).fillna(0.0).to_numpy()[:, None])
            parts.append(missing[:, : int(missing.any())])
            continue
        levels = group_names(values).fillna(_NOT_KNOWN)
        levels = levels.where(levels.map(levels.value_counts()) >= _ANSWERS_OF_A_LEVEL, _RARE)
        names = sorted(levels.unique())
        parts.append((levels.to_numpy()[:, None] == np.array(names[1:], dtype=object)).astype(float))
    return np.hstack(parts)


def _as_if_alike(rows: pd.DataFrame, cases: Array) -> pd.DataFrame:
    """Figure and std_error by agent_id, at the cases of all who can be compared; missing for those who cannot.

    Ordinary least squares with an effect per agent: slopes of the cases from differences within agents alone.
    """
    code, agents = pd.factorize(rows["agent_id"], sort=True)
    if len(agents) == 0:
        return pd.DataFrame({"figure": [], "std_error": []})
    n = np.asarray(np.bincount(code), dtype=np.float64)
    y = rows["y"].to_numpy()
    mean_y, mean_x = _means(y[:, None], code, n)[:, 0], _means(cases, code, n)
    own_x, own_y = cases - mean_x[code], y - mean_y[code]
    inverse = np.asarray(np.linalg.pinv(own_x.T @ own_x, rcond=1e-9, hermitian=True), dtype=np.float64)
    slopes = inverse @ (own_x.T @ own_y)
    rest = own_y - own_x @ slopes
    rank = round(float(np.trace(inverse @ (own_x.T @ own_x))))
    degrees = max(len(y) - len(agents) - rank, 1)
    # Three answers more, one and a half of them off by 100 points: where all agree, luck is not gone.
    variance = (float(rest @ rest) + 15_000.0) / (degrees + 3)
    comparable = _linked(mean_x, own_x, inverse, n)
    reference = np.average(mean_x[comparable], axis=0, weights=n[comparable])
    away = mean_x - reference
    errors = variance * _alike(rest, code, rows["account"], variance) / n
    errors = errors + variance * np.einsum("ak,kl,al->a", away, inverse, away)
    figure = np.where(comparable, mean_y - away @ slopes, np.nan)
    return pd.DataFrame({"figure": figure, "std_error": np.sqrt(errors)}, index=agents)


def _means(values: Array, code: NDArray[np.int64], n: Array) -> Array:
    sums = np.zeros((len(n), values.shape[1]))
    np.add.at(sums, code, values)
    return np.asarray(sums / n[:, None])


def _linked(mean_x: Array, own_x: Array, inverse: Array, n: Array) -> NDArray[np.bool_]:
    """Who can be compared: the most answers among agents whose gap in cases is seen within some agent, too."""
    known = inverse @ (own_x.T @ own_x)
    unseen = np.round(mean_x - mean_x @ known, 6) + 0.0
    _, group = np.unique(unseen, axis=0, return_inverse=True)
    group = group.ravel()
    return np.asarray(group == np.argmax(np.bincount(group, n)))


def _alike(rest: Array, code: NDArray[np.int64], account: pd.Series, variance: float) -> Array:
    """By agent: by how much answers of the same account, being alike, inflate the variance of the agent's mean."""
    cells = pd.DataFrame({"agent": code, "account": account.to_numpy(), "rest": rest, "squared": rest**2})
    sums = cells.groupby(["agent", "account"], sort=True).agg(
        total=("rest", "sum"), squared=("squared", "sum"), size=("rest", "size")
    )
    pairs = sums["size"] * (sums["size"] - 1)
    together = float((sums["total"] ** 2 - sums["squared"]).sum())
    alike = max(together / (float(pairs.sum()) * variance), 0.0) if pairs.sum() else 0.0
    by_agent = pairs.groupby(level="agent").sum().to_numpy() / sums["size"].groupby(level="agent").sum().to_numpy()
    return np.asarray(1 + min(alike, 1.0) * by_agent)
