"""What a call costs and what it may save: the contact rule.

Contact with offer: a customer who would leave accepts with chance g and stays, which saves the value v less the offer
d; one who would stay takes the offer all the same. With contact cost f and risk P the expected gain of a contact is

    P (g (v - d) - f) + (1 - P) (-d - f)  =  P (g (v - d) + d) - d - f,

which is positive iff P > (d + f) / (g (v - d) + d) (derived from the cost matrix of churn in the empulse library).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nps_insights.tables import SettingsError


@dataclass(frozen=True)
class ContactEconomics:
    """What a contact costs and how often it helps.

    Attributes:
        offer_cost: d, what the offer costs where it is taken, in the currency of `value`.
        contact_cost: f, what a contact costs.
        acceptance: g, chance that a customer who would leave accepts and stays, above 0 to 1.
    """

    offer_cost: float
    contact_cost: float
    acceptance: float

    def __post_init__(self) -> None:
        if not 0 < self.acceptance <= 1:
            raise SettingsError(f"acceptance == {self.acceptance}, must be above 0 and at most 1.")
        if self.offer_cost < 0 or self.contact_cost < 0:
            raise SettingsError(
                f"offer_cost == {self.offer_cost}, contact_cost == {self.contact_cost}: must not be below 0."
            )

    def expected_gain(self, risk: ArrayLike, value: ArrayLike) -> NDArray[np.float64]:
        """Return what a contact is expected to gain, in the currency of `value`; NaN where risk or value is.

        Example:
            >>> float(ContactEconomics(offer_cost=50, contact_cost=10, acceptance=0.3).expected_gain(0.5, 1_000))
            107.5
        """
        risks, values = np.asarray(risk, dtype=float), np.asarray(value, dtype=float)
        saved = self.acceptance * (values - self.offer_cost) + self.offer_cost
        return np.asarray(risks * saved - self.offer_cost - self.contact_cost)

    def threshold(self, value: ArrayLike) -> NDArray[np.float64]:
        """Return the risk above which a contact is expected to gain; above 1 where none can.

        Example:
            >>> float(ContactEconomics(offer_cost=50, contact_cost=10, acceptance=0.3).threshold(1_000).round(4))
            0.1791
        """
        values = np.asarray(value, dtype=float)
        saved = self.acceptance * (values - self.offer_cost) + self.offer_cost
        # Where a kept customer is worth less than the offer no risk is high enough.
        return np.where(saved > 0, (self.offer_cost + self.contact_cost) / np.where(saved > 0, saved, 1.0), np.inf)
