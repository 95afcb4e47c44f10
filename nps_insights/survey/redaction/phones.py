"""Phone numbers of several regions, told from prices, dates, order numbers and scores."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

_CANDIDATE = re.compile(
    r"(?<![\w+#@])(?<!\d[.,:/-])[+(]{0,2}\d+(?:(?: ?[-./] ?| ?\(0?\) ?| ?\(|\) ?[-/]? ?| )\d+)*(?![\w@])"
)
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<![\d./-])(?:(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)?\d{2})"
    r"|(?:0?[1-9]|1[0-2])([./-])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)?\d{2})"
    r"|(?:19|20)\d{2}([./-])(?:0?[1-9]|1[0-2])\3(?:0?[1-9]|[12]\d|3[01]))(?![./-]?\d)"
)
_HOUR = r"(?:(?:[01]\d|2[0-4])[.h]?[0-5]\d|\d[.h][0-5]\d)"
_HOURS = re.compile(rf"(?<![\d.-]){_HOUR} ?(?:-|/|to|bis|à|a) ?{_HOUR}(?![.-]?\d)")
_FEWEST, _MOST = 7, 15
# Groups of digits in which numbers without a leading 0 are written; other runs are lists of numbers.
_SHAPES = frozenset(
    {(3, 3, 4), (1, 3, 3, 4), (1, 3, 7), (3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (2, 2, 2, 2), (2, 3, 4), (3, 6)}
)
_REACH = 44
_NUMBER_OF = (
    r"order|orders|invoice|inv|bill|ref|reference|ticket|case|incident|tracking|parcel|shipment|policy|contract|serial|"
    r"account|acct|customer|client|member|membership|booking|reservation|confirmation|transaction|part|item|sku|model|"
    r"article|product|version|id|no|meter|claim|registration|flight|batch|lot|isbn|ean|upc|imei|po|code|"
    r"bestellung|bestellnummer|rechnung|rechnungsnummer|auftrag|auftragsnummer|kundennummer|vertragsnummer|vertrag|"
    r"sendungsnummer|ticketnummer|artikelnummer|vorgang|vorgangsnummer|aktenzeichen|zählernummer|seriennummer|"
    r"(?!tel|handy|mobil|ruf|fax|durchwahl|festnetz)\w{3,}(?:nr|nummer)|"
    r"commande|facture|dossier|référence|contrat|colis|suivi|billet|client|"
    r"pedido|factura|referencia|contrato|expediente|reserva|envío|cliente"
)
_LINK = r"(?:no|nr|num|number|id|code|nummer|numéro|numero|n°|nº|is|was|are|of|ist|war|lautet|est|es|de|mit|with)"
_NOT_BEFORE = re.compile(
    rf"(?i)(?:\b(?:{_NUMBER_OF})\b(?:[\s.:#=(\[-]*{_LINK}\b){{0,3}}[\s.:#=(\[\"'°º-]*|[#€$£¥§]\s?|n[°º]\s?)$"
)
_NOT_AFTER = re.compile(
    r"(?i)^\s?(?:[€$£¥%°]|(?:eur|euros?|usd|gbp|chf|dollars?|pounds?|pesetas|points?|punkte|km|kg|mg|cm|mm|ml|kwh|mb|gb|"
    r"miles|units?|users?|customers?|people|rows|times|stück|kunden|clients?|personnes|habitants)\b)"
)
_CUE = re.compile(
    r"(?i)\b(?:call|calls|called|calling|phone|phones|phoned|telephone|tel|mobile|cell|cellphone|ring|rang|whatsapp|"
    r"sms|text|fax|dial|hotline|landline|reach|contact|number|"
    r"ruf|rufen|rufe|anruf|anrufen|angerufen|rückruf|zurückrufen|telefon|telefonnummer|handy|handynummer|mobil|"
    r"mobilnummer|nummer|durchwahl|festnetz|erreichbar|erreichen|"
    r"appel|appeler|appelez|rappeler|rappelez|téléphone|telephone|portable|joindre|joignable|numéro|fixe|"
    r"llame|llamar|llámeme|llamen|llamada|teléfono|telefono|móvil|movil|número|numero)\b"
)


def phones(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where phone numbers stand.

    A number with "+" or "00" needs no region. A national one must be valid in a region, and be written like a phone
    number: with its leading 0 where the region has one, in the usual groups elsewhere, or beside a word such as
    "call". Beside such a word a number that is not in use, but long enough, is one too. After "order", "invoice" and
    the like, beside a currency and in a date it is none.

    Args:
        text: Text in which everything else has been found before.
        regions: Two-letter codes of the regions whose national numbers are looked for.

    Example:
        >>> text = "call 020 7946 0958 or +49 30 901820, order 4155552671, 1 415 555, 31.12.2026"
        >>> [text[start:end] for start, end in phones(text, ("GB", "US"))]
        ['020 7946 0958', '+49 30 901820']
    """
    dates = [match.span() for match in (*_DATE.finditer(text), *_HOURS.finditer(text))]
    for match in _CANDIDATE.finditer(text):
        for start, end in _outside(match.span(), dates):
            yield from _within(text, start, end, tuple(regions))


def _outside(span: tuple[int, int], dates: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a candidate that are no date."""
    start, end = span
    parts = []
    for date_start, date_end in dates:
        if start <= date_start and date_end <= end:
            parts.append((start, date_start))
            start = date_end
    return [(one, other) for one, other in [*parts, (start, end)] if other - one >= _FEWEST]


def _within(text: str, start: int, end: int, regions: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The longest runs of groups in a candidate that are phone numbers; a run begins and ends beside a space."""
    groups = [match.span() for match in _DIGITS.finditer(text, start, end)]
    if _NOT_BEFORE.search(text[max(0, start - _REACH) : start]) and "+" not in text[start:end]:
        return
    first = 0
    while first < len(groups):
        for last in range(len(groups) - 1, first - 1, -1):
            if (first and not _spaced(text, groups, first)) or not _spaced(text, groups, last + 1):
                continue
            span = _with_opening(text, groups[first][0], start), groups[last][1]
            if _is_phone(text, span, groups[first : last + 1], regions):
                yield span
                first = last
                break
        first += 1


def _spaced(text: str, groups: list[tuple[int, int]], place: int) -> bool:
    """Whether a space stands before a group; the end of the candidate counts as one."""
    return place == len(groups) or " " in text[groups[place - 1][1] : groups[place][0]]


def _with_opening(text: str, place: int, start: int) -> int:
    while place > start and text[place - 1] in "+(":
        place -= 1
    return place


def _is_phone(text: str, span: tuple[int, int], groups: list[tuple[int, int]], regions: tuple[str, ...]) -> bool:
    digits = "".join(text[start:end] for start, end in groups)
    if not _FEWEST <= len(digits) <= _MOST + 2:
        return False
    before, after = text[max(0, span[0] - _REACH) : span[0]], text[span[1] : span[1] + _REACH]
    international = "+" in text[span[0] : groups[0][0]]
    if _NOT_AFTER.match(after) or (_NOT_BEFORE.search(before) and not international):
        return False
    if international:
        return _is_international(digits)
    if digits.startswith("00"):
        return _is_international(digits[2:]) and _is_valid(f"+{digits[2:]}", None)
    cued = _CUE.search(before) is not None
    shape = tuple(end - start for start, end in groups)
    return _is_national(digits, shape, cued, _has_dots_only(text, groups), regions)


def _has_dots_only(text: str, groups: list[tuple[int, int]]) -> bool:
    """Whether only dots stand between: "612.345.678" is a number with its thousands marked."""
    between = {text[one[1] : other[0]] for one, other in pairwise(groups)}
    return between == {"."} and all(end - start == 3 for start, end in groups[1:])


def _is_national(digits: str, shape: tuple[int, ...], cued: bool, thousands: bool, regions: tuple[str, ...]) -> bool:
    for region in regions:
        leading_zero = digits.startswith("0")
        if (_needs_zero(region) and not leading_zero) or not _is_valid(digits, region):
            continue
        if leading_zero or cued or (shape in _SHAPES and not thousands):
            return True
    # A number that nobody has been given yet, or a local one: the word beside it tells.
    return cued and not thousands and (len(digits) >= 9 or (len(shape) > 1 and shape in {(3, 4), (4, 4), (4, 3)}))


def _is_international(digits: str) -> bool:
    return 8 <= len(digits) <= _MOST and digits[0] != "0"


@cache
def _needs_zero(region: str) -> bool:
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region, None)
    return metadata is not None and str(metadata.national_prefix or "").startswith("0")


@lru_cache(maxsize=4096)
def _is_valid(digits: str, region: str | None) -> bool:
    from phonenumbers import NumberParseException, is_valid_number, parse

    try:
        return bool(is_valid_number(parse(digits, region)))
    except NumberParseException:
        return False
