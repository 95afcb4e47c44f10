"""What decides who is called: the settings of `[decision]` in a pipeline file, checked before any account is read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from nps_insights.churn.economics import ContactEconomics
from nps_insights.tables import CATEGORIES, SettingsError

# An account without an answer before as_of has no category; on a list it is called so.
SILENT = "silent"
GROUPS = (*CATEGORIES, SILENT)
RankBy = Literal["risk", "value_at_risk", "expected_gain"]
RANKINGS = ("risk", "value_at_risk", "expected_gain")
_ECONOMICS = ("offer_cost", "contact_cost", "acceptance")


@dataclass(frozen=True, kw_only=True)
class DecisionSettings:
    """What decides who is called. At least one of capacity, capacity_per_owner, threshold and the costs is needed.

    Where several are given, an account must pass all of them.

    Attributes:
        capacity: How many accounts can be called.
        capacity_per_owner: How many accounts one owner can call; accounts without owner share one such place.
        threshold: Risk from which an account enters the list.
        exit_threshold: Risk below which an account on the last list leaves it; None: threshold * (1 - slack).
        slack: How much the bound to leave differs from the bound to enter, as a share of it, 0 to below 1. Of a
            capacity of 50 and a slack of 0.2 the first 40 enter in any case, and who was on the last list stays up to
            rank 60; with costs, it stays until the expected gain falls below -slack * (offer_cost + contact_cost).
        rank_by: What puts accounts in order; None: the expected gain where costs are given, else the risk.
        categories: Which accounts may stand on the list, of detractor, passive, promoter and silent. A fresh answer of
            a detractor always may.
        holdout: Share of the accounts that would be called and are not, so that outcomes can be compared.
        holdout_exempt: account_ids that are never held out.
        holdout_salt: Another salt holds out other accounts.
        quiet_days: An account contacted less than so many days before as_of is left alone; 0 turns it off.
        suppress_complaints: Whether an account with an open complaint is left alone.
        fresh_hours: Hours within which the answer of a detractor is due a call.
        renewal_days: A renewal at most so many days ahead is worth a talk before it.
        silent_days: Days without an answer after which a caller asks how things are.
        offer_cost: What an offer costs where it is taken, in the currency of `value`.
        contact_cost: What a contact costs.
        acceptance: Chance that a customer who would leave accepts and stays.
        assumed_value: Value taken for accounts that have none, for the expected gain alone; None: they have no gain.

    Raises:
        SettingsError: A setting is out of its bounds, or the settings do not fit each other.

    Example:
        >>> DecisionSettings(capacity=50).categories
        ('detractor',)
        >>> DecisionSettings(threshold=0.3).leaves_below
        0.24
    """

    capacity: int | None = None
    capacity_per_owner: int | None = None
    threshold: float | None = None
    exit_threshold: float | None = None
    slack: float = 0.2
    rank_by: RankBy | None = None
    categories: Collection[str] = ("detractor",)
    holdout: float = 0.0
    holdout_exempt: Collection[str] = ()
    holdout_salt: str = "holdout"
    quiet_days: int = 14
    suppress_complaints: bool = True
    fresh_hours: int = 48
    renewal_days: int = 60
    silent_days: int = 180
    offer_cost: float | None = None
    contact_cost: float | None = None
    acceptance: float | None = None
    assumed_value: float | None = None

    def __post_init__(self) -> None:
        self._check_bounds()
        self._check_thresholds()
        self._check_categories()
        self._check_economics()
        if isinstance(self.holdout_exempt, str):
            raise _wrong("holdout_exempt", self.holdout_exempt, 'must be a list of account_ids, for example ["a1"]')
        object.__setattr__(self, "holdout_exempt", tuple(sorted(set(self.holdout_exempt))))
        rules = (self.capacity, self.capacity_per_owner, self.threshold, self.economics)
        if all(rule is None for rule in rules):
            raise SettingsError(
                "[decision]: nothing decides who is called; state capacity = 50, capacity_per_owner, threshold, or the "
                f"costs ({', '.join(_ECONOMICS)})"
            )

    @property
    def economics(self) -> ContactEconomics | None:
        """What a contact costs and saves, where stated."""
        if self.offer_cost is None or self.contact_cost is None or self.acceptance is None:
            return None
        return ContactEconomics(self.offer_cost, self.contact_cost, self.acceptance)

    @property
    def ranking(self) -> RankBy:
        """What puts accounts in order."""
        return self.rank_by or ("expected_gain" if self.economics else "risk")

    @property
    def leaves_below(self) -> float | None:
        """Risk below which an account on the last list leaves it; None without a threshold."""
        if self.threshold is None or self.exit_threshold is not None:
            return self.exit_threshold
        return self.threshold * (1 - self.slack)

    def _check_bounds(self) -> None:
        for name in ("capacity", "capacity_per_owner", "fresh_hours", "renewal_days", "silent_days"):
            given = getattr(self, name)
            if given is not None and (isinstance(given, bool) or given != int(given) or given < 1):
                raise _wrong(name, given, "must be a whole number of at least 1")
        if self.quiet_days < 0:
            raise _wrong("quiet_days", self.quiet_days, "must not be below 0")
        for name in ("slack", "holdout"):
            if not 0 <= getattr(self, name) < 1:
                raise _wrong(name, getattr(self, name), "must be a share from 0 to below 1")
        if self.rank_by is not None and self.rank_by not in RANKINGS:
            raise _wrong("rank_by", self.rank_by, f"must be one of {', '.join(RANKINGS)}")

    def _check_thresholds(self) -> None:
        for name in ("threshold", "exit_threshold"):
            given = getattr(self, name)
            if given is not None and not 0 <= given <= 1:
                raise _wrong(name, given, "must be a probability from 0 to 1")
        if self.exit_threshold is None:
            return
        if self.threshold is None:
            raise _wrong("exit_threshold", self.exit_threshold, "needs threshold beside it")
        if self.exit_threshold > self.threshold:
            raise _wrong("exit_threshold", self.exit_threshold, f"must not be above threshold == {self.threshold}")

    def _check_categories(self) -> None:
        given = (self.categories,) if isinstance(self.categories, str) else tuple(self.categories)
        unknown = sorted(set(given) - set(GROUPS))
        if unknown or not given:
            raise _wrong("categories", list(given), f"must name one or more of {', '.join(GROUPS)}")
        object.__setattr__(self, "categories", tuple(name for name in GROUPS if name in given))

    def _check_economics(self) -> None:
        given = [name for name in _ECONOMICS if getattr(self, name) is not None]
        if given and len(given) < len(_ECONOMICS):
            missing = [name for name in _ECONOMICS if name not in given]
            raise SettingsError(f"[decision] {', '.join(given)}: {' and '.join(missing)} must be stated beside it")
        if not given and self.rank_by == "expected_gain":
            raise _wrong("rank_by", self.rank_by, f"needs {', '.join(_ECONOMICS)}")
        if self.assumed_value is not None and not (given and self.assumed_value > 0):
            raise _wrong("assumed_value", self.assumed_value, f"must be above 0, beside {', '.join(_ECONOMICS)}")


def _wrong(name: str, given: object, why: str) -> SettingsError:
    return SettingsError(f"[decision] {name} == {given!r}: {why}")
