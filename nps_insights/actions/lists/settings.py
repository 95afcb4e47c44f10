"""What decides who stands on a list of actions, and what a list is expected to bring."""

from collections.abc import Collection
from dataclasses import dataclass

from nps_insights.tables import SettingsError

_COSTS = ("offer_cost", "contact_cost", "acceptance")


@dataclass(frozen=True, kw_only=True)
class ActionSettings:
    """What decides who stands on a list of actions, and what a list is expected to bring.

    Attributes:
        most: Longest list of passives, and longest of promoters; the calls are as many as the flags say.
        passive_days: A passive's answer at most so many days old tells what to win the customer over with.
        recent_days: A promoter is asked for a reference when the latest answer is at most so many days old.
        complaint_days: A detractor's answer of anybody at the account within so many days keeps it from being asked.
        quiet_days: An account contacted less than so many days before as_of is left alone; 0 turns it off.
        ask_again_days: An account asked for a reference less than so many days ago is not asked again.
        negative_below: A mention whose tone is below it is negative.
        offer_cost: What an offer of a call costs where it is taken, as the flags were decided with.
        contact_cost: What a call costs.
        acceptance: Chance that a customer who would leave accepts and stays.
        willing: Share of the promoters asked who agree, or (agreed, asked) as counted; None: as the outcomes show.
        agreed_results: What `result` of an outcome says where a promoter agreed; without it outcomes show no share.

    Raises:
        SettingsError: A setting is out of its bounds, or only some of the costs are given.

    Example:
        >>> ActionSettings(willing=(30, 120)).willing
        (30, 120)
    """

    most: int = 50
    passive_days: int = 365
    recent_days: int = 90
    complaint_days: int = 180
    quiet_days: int = 14
    ask_again_days: int = 365
    negative_below: float = 0.0
    offer_cost: float | None = None
    contact_cost: float | None = None
    acceptance: float | None = None
    willing: float | tuple[int, int] | None = None
    agreed_results: Collection[str] = ()

    def __post_init__(self) -> None:
        for name, least in (("most", 1), ("passive_days", 1), ("recent_days", 1), ("complaint_days", 0)):
            self._check_whole(name, least)
        for name in ("quiet_days", "ask_again_days"):
            self._check_whole(name, 0)
        if isinstance(self.agreed_results, str):
            raise _wrong("agreed_results", self.agreed_results, 'must be a list of texts, for example ["agreed"]')
        self._check_costs()
        self._check_willing()

    @property
    def costs(self) -> tuple[float, float, float] | None:
        """Offer cost, contact cost and acceptance, where stated."""
        if self.offer_cost is None or self.contact_cost is None or self.acceptance is None:
            return None
        return self.offer_cost, self.contact_cost, self.acceptance

    def _check_whole(self, name: str, least: int) -> None:
        given = getattr(self, name)
        if isinstance(given, bool) or given != int(given) or given < least:
            raise _wrong(name, given, f"must be a whole number of at least {least}")

    def _check_costs(self) -> None:
        given = [name for name in _COSTS if getattr(self, name) is not None]
        if given and len(given) < len(_COSTS):
            missing = [name for name in _COSTS if name not in given]
            raise SettingsError(f"[actions] {', '.join(given)}: {' and '.join(missing)} must be stated beside it")
        if self.costs is None:
            return
        offer, contact, acceptance = self.costs
        if not 0 < acceptance <= 1:
            raise _wrong("acceptance", acceptance, "must be above 0 and at most 1")
        if offer < 0 or contact < 0:
            raise SettingsError(f"[actions] offer_cost == {offer}, contact_cost == {contact}: must not be below 0")

    def _check_willing(self) -> None:
        if self.willing is None:
            return
        if isinstance(self.willing, tuple):
            agreed, asked = self.willing
            if not 0 <= agreed <= asked or asked < 1:
                raise _wrong("willing", self.willing, "must be (agreed, asked) with 0 <= agreed <= asked")
        elif not 0 <= self.willing <= 1:
            raise _wrong("willing", self.willing, "must be a share from 0 to 1, or (agreed, asked)")


def _wrong(name: str, given: object, why: str) -> SettingsError:
    return SettingsError(f"[actions] {name} == {given!r}: {why}")
