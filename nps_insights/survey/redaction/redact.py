"""Take addresses, numbers and known names out of texts, and count what was taken."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from nps_insights.survey.redaction.known import KnownNames, known_names
from nps_insights.survey.redaction.names import words_by_use
from nps_insights.survey.redaction.parts import REGIONS, private_parts
from nps_insights.tables import SettingsError, conform
from nps_insights.tables.marks import MARKS


@dataclass(frozen=True, eq=False)
class Redacted:
    """Texts without what was taken out, and how much it was.

    Attributes:
        texts: The texts with marks such as `[e-mail]`; same index, missing ones stay missing.
        counts: Table `redactions`: kind, n taken out, n_comments (texts) they were taken out of.
    """

    texts: pd.Series
    counts: pd.DataFrame


def redact(texts: pd.Series, *, regions: Sequence[str] = REGIONS, names: KnownNames | Iterable[str] = ()) -> Redacted:
    """Take e-mail addresses, links, phone, card and account numbers, IP addresses and known names out of texts.

    What is taken out is counted and not kept. Characters that nobody sees do not hide anything. What has been redacted
    comes back as it is.

    Args:
        texts: Texts.
        regions: Two-letter codes of the regions whose national phone numbers are looked for.
        names: Names of people, or what `known_names` made of them.

    Raises:
        SettingsError: A region is unknown.

    Example:
        >>> said = pd.Series(["Ask Ann Lee, ann@example.com or +44 20 7946 0958", "10/10, order 4711, 24/7"])
        >>> redact(said, names=["Ann Lee"]).texts.tolist()
        ['Ask [name], [e-mail] or [phone]', '10/10, order 4711, 24/7']
    """
    regions = checked_regions(regions)
    known = names if isinstance(names, KnownNames) else known_names(names)
    codes, unique = pd.factorize(texts)
    different = [str(text) for text in unique]
    words = words_by_use(different, known) if known else frozenset[str]()
    made, taken = {}, dict[int, Counter[str]]()
    for place, text in enumerate(different):
        new, kinds = _redacted(text, regions, known, words)
        if kinds:
            made[place], taken[place] = new, kinds
    if not made:
        return Redacted(texts, redactions_table({}, {}))
    changed = pd.Series(codes, index=texts.index)
    new_texts = texts.mask(changed.isin(made), changed.map(made).astype("str"))
    return Redacted(new_texts.astype(texts.dtype), _counted(taken, changed))


def checked_regions(regions: Sequence[str]) -> tuple[str, ...]:
    """Return regions in capitals, or say which of them nobody knows.

    Raises:
        SettingsError: A region is no two-letter code of a region with phones.

    Example:
        >>> checked_regions(["gb", "US"])
        ('GB', 'US')
    """
    from phonenumbers import SUPPORTED_REGIONS

    given = (regions,) if isinstance(regions, str) else tuple(regions)
    upper = tuple(dict.fromkeys({"UK": "GB"}.get(one.strip().upper(), one.strip().upper()) for one in given))
    if unknown := [one for one in upper if one not in SUPPORTED_REGIONS]:
        raise SettingsError(
            f"privacy.regions: {', '.join(map(repr, unknown))} is no region; give two-letter codes of countries, "
            'such as ["US", "GB", "DE"]'
        )
    return upper


def redactions_table(n: dict[str, int], n_comments: dict[str, int]) -> pd.DataFrame:
    """Return table `redactions` of counts by kind; kinds that were not found are left out.

    Example:
        >>> redactions_table({"phone": 3}, {"phone": 2}).values.tolist()
        [['phone', 3, 2]]
    """
    kinds = [kind for kind in MARKS if n.get(kind)]
    rows = {"kind": kinds, "n": [n[kind] for kind in kinds], "n_comments": [n_comments[kind] for kind in kinds]}
    return conform("redactions", pd.DataFrame(rows).astype({"kind": "str", "n": "int64", "n_comments": "int64"}))


def _redacted(
    text: str, regions: tuple[str, ...], known: KnownNames, words: frozenset[str]
) -> tuple[str, Counter[str]]:
    """A text with marks, and how many of each kind."""
    found = private_parts(text, regions, known, words)
    for start, end, kind in reversed(found):
        text = f"{text[:start]}{MARKS[kind]}{text[end:]}"
    return text, Counter(kind for _, _, kind in found)


def _counted(taken: dict[int, Counter[str]], codes: pd.Series) -> pd.DataFrame:
    repeats = codes.value_counts()
    n: Counter[str] = Counter()
    n_comments: Counter[str] = Counter()
    for place, kinds in taken.items():
        times = int(repeats[place])
        for kind, count in kinds.items():
            n[kind] += count * times
            n_comments[kind] += times
    return redactions_table(n, n_comments)
