"""Names like a name: for a hint to a person, never for a decision."""

from collections.abc import Sequence

from nps_insights.survey.mapping.aliases import plain_name


def suggestions(name: str, names: Sequence[str]) -> list[str]:
    """Return up to three similar names: for a hint to a person, never for a decision.

    Example:
        >>> suggestions("NPS Scroe", ["Country", "NPS Score"])
        ['NPS Score']
    """
    from rapidfuzz import fuzz, process

    plain = {column: plain_name(column) for column in names}
    found = process.extract(plain_name(name), plain, scorer=fuzz.WRatio, limit=3, score_cutoff=70)
    return [column for _, _, column in found]
