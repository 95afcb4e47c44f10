"""What a list is expected to bring, with the range in which the total falls if the stated chances hold.

Every account of a list is drawn as leaving or not, promoter or not, willing or not: the range is of what the list will
bring, not of an average over many lists.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.lists.settings import ActionSettings
from nps_insights.tables import SettingsError, counted

Array = NDArray[np.float64]
# How many accounts are drawn at a time: a night's list may be long.
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How the range of a list is drawn.

    Attributes:
        number: Draws of the whole list.
        confidence_level: How often the total falls in the range.
        random_state: Seed.
    """

    number: int = 2_000
    confidence_level: float = 0.95
    random_state: int = 0


@dataclass(frozen=True)
class Gain:
    """What a list is expected to bring.

    Attributes:
        unit: What is counted.
        estimate: The expected total; NaN where nothing is known of it.
        conf_low: Lower end of the range of the total.
        conf_high: Upper end.
        reason: What the figure counts, in a sentence.
    """

    unit: str
    estimate: float
    conf_low: float
    conf_high: float
    reason: str


def total_of_chances(chance: Array, amount: Array, *, draws: Draws) -> tuple[float, float, float]:
    """Return the expected total of amounts that each come true with a chance, and the range of the total.

    Args:
        chance: Probability of each (n,).
        amount: What each counts where it comes true (n,).
        draws: How the range is drawn.

    Example:
        >>> total_of_chances(np.full(100, 0.5), np.ones(100), draws=Draws())
        (50.0, 41.0, 60.0)
    """
    rng = np.random.default_rng(draws.random_state)
    totals = np.zeros(draws.number)
    for start in range(0, len(chance), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        came_true = rng.random((draws.number, len(chance[part]))) < chance[part]
        # Sums of a product of matrices would differ by their last bits with the number of threads.
        totals += np.where(came_true, amount[part], 0.0).sum(axis=1)
    return float((chance * amount).sum()), *_range(totals, draws.confidence_level)


def value_at_risk(rows: pd.DataFrame, *, draws: Draws) -> Gain:
    """Return the value that the accounts of the call list are expected to lose: the most that calls could keep.

    Args:
        rows: account_id, risk, value.
        draws: How the range is drawn.
    """
    known = rows[rows["risk"].notna() & rows["value"].notna()].sort_values("account_id")
    missing = len(rows) - len(known)
    without = counted(missing, "account without a risk or a value is", "accounts without a risk or a value are")
    left_out = f" {without} not in it." if missing else ""
    unit = "value at risk"
    if known.empty:
        return _unknown(unit, "The accounts have no risk or no value." if len(rows) else "Nobody is on it.")
    figure = total_of_chances(known["risk"].to_numpy(), known["value"].to_numpy(), draws=draws)
    told = "Value expected to leave if nothing is done, from the risks: the most that calls could keep."
    return Gain(unit, *figure, told + left_out)


def net_gain(rows: pd.DataFrame, settings: ActionSettings, *, draws: Draws) -> Gain:
    """Return what the calls are expected to gain after their costs: the sum of the flags' expected gains.

    With offer cost d, contact cost f and acceptance g an account that would leave and accepts brings its value - d - f,
    one that would leave and refuses -f, one that would stay -d - f.

    Args:
        rows: account_id, risk, value, expected_gain.
        settings: The costs that the flags were decided with; without them there is no range.
        draws: How the range is drawn.

    Raises:
        SettingsError: The costs are not those of the flags.
    """
    unit, known = "retained value less costs", rows[rows["expected_gain"].notna()].sort_values("account_id")
    if known.empty:
        return _unknown(unit, "The flags carry no expected gain: state costs and acceptance where they are decided.")
    missing = len(rows) - len(known)
    told = "Value expected to be kept by calls, less their costs, as the flags were decided."
    without = counted(missing, "account without a gain is", "accounts without a gain are")
    told += f" {without} not in it." if missing else ""
    total = float(known["expected_gain"].sum())
    if settings.costs is None or known["risk"].isna().any():
        return Gain(unit, total, np.nan, np.nan, told + " No range: state offer_cost, contact_cost and acceptance.")
    d, f, g = settings.costs
    risk = known["risk"].to_numpy()
    value = _value_behind(known, d, f, g)
    # In units of one account: leaves and accepts, leaves and refuses, stays.
    rng = np.random.default_rng(draws.random_state)
    totals = np.zeros(draws.number)
    for start in range(0, len(known), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        leaves = rng.random((draws.number, len(risk[part]))) < risk[part]
        accepts = rng.random(leaves.shape) < g
        totals += np.where(leaves, np.where(accepts, value[part] - d - f, -f), -d - f).sum(axis=1)
    return Gain(unit, total, *_range(totals, draws.confidence_level), told)


def new_promoters(rows: pd.DataFrame, *, draws: Draws) -> Gain:
    """Return how many of the passives would be promoters if they were like others who say the same.

    Args:
        rows: account_id, expected_gain: the probability.
        draws: How the range is drawn.
    """
    unit = "promoters"
    if rows.empty:
        return _unknown(unit, "Nobody is on it.")
    chance = rows.sort_values("account_id")["expected_gain"].to_numpy(dtype=float)
    figure = total_of_chances(chance, np.ones(len(chance)), draws=draws)
    told = (
        "How many would be promoters if each were one as often as customers who mention the same and are alike: "
        "associated with what they say, no forecast of what a contact does."
    )
    return Gain(unit, *figure, told)


def willing_promoters(n: int, willing: float | tuple[int, int] | None, *, source: str, draws: Draws) -> Gain:
    """Return how many of n promoters are expected to agree, from a share that was given or counted; else nothing.

    A counted share is uncertain itself: it is drawn from its Beta posterior (Jeffreys' prior) before the answers are.

    Args:
        n: How many are asked.
        willing: Share, or (agreed, asked).
        source: Where the share comes from, for the reason.
        draws: How the range is drawn.

    Example:
        >>> willing_promoters(0, None, source="", draws=Draws()).reason
        'Nobody is on it.'
    """
    unit = "promoters who agree"
    if n == 0:
        return _unknown(unit, "Nobody is on it.")
    if willing is None:
        return _unknown(unit, "How many agree is not known: state `willing`, or bring back outcomes with a result.")
    rng = np.random.default_rng(draws.random_state)
    if isinstance(willing, tuple):
        agreed, asked = willing
        share: float = agreed / asked
        drawn = rng.beta(agreed + 0.5, asked - agreed + 0.5, draws.number)
    else:
        share, drawn = willing, np.full(draws.number, willing)
    totals = rng.binomial(n, drawn).astype(float)
    return Gain(
        unit, n * share, *_range(totals, draws.confidence_level), f"{source}: {share:.0%} of those asked agree."
    )


def _value_behind(rows: pd.DataFrame, d: float, f: float, g: float) -> Array:
    """The value that each expected gain was computed with, P (g (v - d) + d) - d - f solved for v.

    Where the account's own value is known it must be that one, or the costs are not those of the flags.
    """
    risk, gain = rows["risk"].to_numpy(), rows["expected_gain"].to_numpy()
    stated = rows["value"].to_numpy(dtype=float)
    expected = risk * (g * (stated - d) + d) - d - f
    wrong = np.abs(expected - gain) > 1e-6 * np.maximum(np.abs(gain), 1.0) + 0.01
    if (wrong & np.isfinite(stated)).any():
        first = rows["account_id"].to_numpy()[wrong & np.isfinite(stated)][0]
        raise SettingsError(
            f"[actions] offer_cost == {d:g}, contact_cost == {f:g}, acceptance == {g:g}: the flags were decided with "
            f"other costs (first: account_id {first!r}); state those of [decision]"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        behind = ((gain + d + f) / risk - d) / g + d
    return np.where(np.isfinite(stated), stated, np.where(np.isfinite(behind), behind, 0.0))


def _range(totals: Array, confidence_level: float) -> tuple[float, float]:
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(totals, [tail, 1 - tail])
    return float(low), float(high)


def _unknown(unit: str, reason: str) -> Gain:
    return Gain(unit, np.nan, np.nan, np.nan, reason)
