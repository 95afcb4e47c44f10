"""Which features a churn model reads, learned once from what was known at its first date and kept with the model."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from nps_insights.metrics import hashed


@dataclass(frozen=True)
class FeatureSpec:
    """The features of a churn model, in order; a scoring run builds these and no others.

    Attributes:
        names: Columns of table `features` that the model reads, in this order.
        lookback_days: How far back before as_of answers, mentions and usage are read.
        themes: Label by theme id, for the themes that have features.
        themes_version: The stored theme model whose ids these are, such as `churn_themes@2`; empty without themes.
        levels: By attribute of text (without prefix) the levels that have a feature of their own.
        rare_levels: By the same attributes, fingerprints of the levels that were seen and have no feature: they tell
            which levels are new later, and a rare level may be the name of a person.
        numbers: Attributes of numbers, without prefix.
        usage: Columns of usage, without prefix.
        renewal_months: Length of contracts, from which the next renewal follows; None takes `renewal_at` as it stands.

    Example:
        >>> spec = FeatureSpec(names=("score/last", "theme/t01"), lookback_days=365, themes={"t01": "outages"})
        >>> FeatureSpec.from_json(spec.to_json()) == spec
        True
    """

    names: tuple[str, ...]
    lookback_days: int = 365
    themes: dict[str, str] = field(default_factory=dict)
    themes_version: str = ""
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rare_levels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    renewal_months: int | None = None

    def to_json(self) -> str:
        """Return the spec as JSON text, the same for equal specs."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "FeatureSpec":
        """Read what `to_json` wrote."""
        given: dict[str, Any] = json.loads(text)
        lists = {name: tuple(given[name]) for name in ("names", "numbers", "usage")}
        texts = {
            part: {name: tuple(values) for name, values in given.get(part, {}).items()}
            for part in ("levels", "rare_levels")
        }
        return cls(**(given | lists | texts))


def fingerprint(level: str) -> str:
    """Return a short text that tells a level from others without naming it.

    Example:
        >>> fingerprint("Pro") == fingerprint("Pro"), fingerprint("Pro") == fingerprint("Free")
        (True, False)
    """
    return f"{hashed(level):016x}"
