"""What the model is held against: simpler models, fitted by the same recipe on fewer columns."""

from collections.abc import Sequence

CHOSEN, BASE_RATE = "chosen", "base_rate"
# What a model must be better than to earn its place.
BASELINES = (BASE_RATE, "score_only", "attributes_only")
# What text and score add is what is lost without them.
ABLATIONS = ("without_text", "without_score")
_ONLY = {
    "score_only": ("score/", "answers/"),
    "attributes_only": ("attribute/", "account/", "parent/", "usage/"),
}
_WITHOUT = {"without_text": ("theme/",), "without_score": ("score/",)}


def baseline_features(names: Sequence[str]) -> dict[str, list[str]]:
    """Return what each simpler model reads; one that would read nothing, or all that the model reads, is left out.

    Args:
        names: What the model reads.

    Example:
        >>> baseline_features(["score/last", "theme/t01"])
        {'score_only': ['score/last'], 'without_text': ['score/last'], 'without_score': ['theme/t01']}
    """
    read = {model: [name for name in names if name.startswith(own)] for model, own in _ONLY.items()}
    read |= {model: [name for name in names if not name.startswith(own)] for model, own in _WITHOUT.items()}
    return {model: own for model, own in read.items() if 0 < len(own) < len(names)}
