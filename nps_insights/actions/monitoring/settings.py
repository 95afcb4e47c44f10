"""What counts as an alert."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nps_insights.tables import SettingsError

_USUAL_EFFECTS = {"nps": 3.0, "csat": 0.03, "ces": 0.2, "theme_share": 0.01}


@dataclass(frozen=True)
class AlertSettings:
    """When a figure that moved is worth a word.

    A figure is told of when the move is beyond chance (`false_share` and `most_false`), large enough to matter
    (`min_effect`) and not told before. How loud: the end of the move's interval that is nearer to zero says how far
    the figure moved at least; at least the effect that matters is a warning, three times as much is critical, less is
    a notice. A rise of a score is good news, and a notice always.

    Attributes:
        earlier: With how many periods before it a period is compared, taken together.
        min_answers: Periods with fewer answers are neither judged nor compared with.
        false_share: Of the figures told of in a period, at most this share moved by luck (Benjamini and Hochberg).
        most_false: The largest p-value that is told of, however few figures are judged: 0.02 is once in 50 periods.
        min_effect: The smallest move that matters, by metric: points of NPS, shares (0..1), or units of a mean. Metrics
            that are not named: as the metric whose unit they have (see `effect_that_matters`).
        false_alarm_every: A family of figures without any change has one change point in so many periods.
        quiet_periods: For so many periods after an alert the same figure is told of again in the same direction only
            where it moved further by at least the effect that matters.
        still_told: For so many periods a level that stays is listed as known.
        quiet: First and last days ("2026-07-01", "2026-07-31") between which nothing is told, such as a known outage.
        traced: Of so many alerts at most, the loudest first, it is asked what changed with them.

    Example:
        >>> AlertSettings(min_effect={"nps": 5.0}).effect_that_matters("nps")
        5.0
    """

    earlier: int = 6
    min_answers: int = 30
    false_share: float = 0.10
    most_false: float = 0.02
    min_effect: Mapping[str, float] = field(default_factory=dict)
    false_alarm_every: float = 50.0
    quiet_periods: int = 3
    still_told: int = 6
    quiet: tuple[tuple[str, str], ...] = ()
    traced: int = 10

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        whole = ("earlier", "min_answers", "quiet_periods", "still_told", "traced")
        least = {name: 1 if name in ("earlier", "min_answers") else 0 for name in whole}
        wrong = [f"{name} == {getattr(self, name)}: must be {low} or more" for name, low in least.items()
                 if getattr(self, name) < low]  # fmt: skip
        wrong += [
            f"{name} == {getattr(self, name)}: must lie between 0 and 1, for example 0.10"
            for name in ("false_share", "most_false")
            if not 0 < getattr(self, name) < 1
        ]
        if self.false_alarm_every < 2:
            wrong.append(f"false_alarm_every == {self.false_alarm_every}: must be 2 periods or more, for example 50")
        wrong += [f"min_effect of {name} == {size}: must be 0 or more" for name, size in self.min_effect.items()
                  if not size >= 0]  # fmt: skip
        if wrong:
            raise SettingsError("alert settings: " + "; ".join(wrong))

    def effect_that_matters(self, metric: str) -> float:
        """Return the smallest move of a metric that is told of.

        A metric that is not named has the usual effect of its kind: 3 points for a name that begins with "nps", three
        hundredths for any other share, a fifth of a unit for "ces".

        Example:
            >>> AlertSettings().effect_that_matters("nps_account")
            3.0
        """
        kind = "nps" if metric.startswith("nps") else "ces" if metric.startswith("ces") else metric
        usual = _USUAL_EFFECTS.get(kind, _USUAL_EFFECTS["csat"])
        return float(self.min_effect.get(metric, self.min_effect.get(kind, usual)))
