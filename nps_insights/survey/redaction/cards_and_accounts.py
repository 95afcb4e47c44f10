"""Card and bank account numbers: only what passes its check digits, so that order numbers stay."""

import re
from collections.abc import Iterator

_CARD = re.compile(r"(?<![\d.,+])\d(?:[ .-]?\d){12,22}(?!\d)")
_GROUP = re.compile(r"\d+")
# Lengths by issuer: first digits from .. to (of the same number of digits), and the lengths that are issued.
_ISSUERS = (
    ("4", "4", (16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),
    ("36", "36", (14,)),
    ("38", "39", (14, 16)),
    ("6011", "6011", (16, 19)),
    ("644", "659", (16, 19)),
    ("3528", "3589", (16,)),
    ("62", "62", (16, 17, 18, 19)),
    ("50", "50", (16,)),
    ("56", "58", (16,)),
    ("63", "63", (16,)),
    ("67", "67", (16, 18, 19)),
)
# How people group them; a run of other groups is a list of numbers.
_SHAPES = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (8, 8), (6, 13), (4, 4, 8)})

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
# Registered lengths (ISO 13616, SWIFT IBAN registry).
_LENGTHS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20
LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31
SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_IBAN_LENGTH = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield where card numbers stand: an issuer's first digits and length, and the check digit of Luhn.

    Example:
        >>> text = "charged 4111 1111 1111 1111, order 4111 1111 1111 1112"
        >>> [text[start:end] for start, end in cards(text)]
        ['4111 1111 1111 1111']
    """
    for match in _CARD.finditer(text):
        groups = [(one.start() + match.start(), one.end() + match.start()) for one in _GROUP.finditer(match.group())]
        first = 0
        while first < len(groups):
            last = _last_group(text, groups, first)
            if last is None:
                first += 1
                continue
            yield groups[first][0], groups[last][1]
            first = last + 1


def _last_group(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of the longest card number that begins with group `first`."""
    for last in range(len(groups) - 1, first - 1, -1):
        shape = tuple(end - start for start, end in groups[first : last + 1])
        digits = "".join(text[start:end] for start, end in groups[first : last + 1])
        if (last == first or shape in _SHAPES) and is_card(digits):
            return last
    return None


def is_card(digits: str) -> bool:
    """Return whether digits could be a card number.

    Example:
        >>> is_card("378282246310005"), is_card("1234567890123456")
        (True, False)
    """
    issued = any(low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS)
    return issued and len(set(digits)) > 1 and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of ISO/IEC 7812-1, annex B.

    Example:
        >>> passes_luhn("79927398713"), passes_luhn("79927398710")
        (True, False)
    """
    doubled = [2 * int(digit) for digit in digits[-2::-2]]
    return (sum(map(int, digits[::-2])) + sum(one - 9 if one > 9 else one for one in doubled)) % 10 == 0


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where IBANs stand: a country's length, and remainder 1 by 97 (ISO 13616).

    Example:
        >>> text = "refund to DE89 3704 0044 0532 0130 00 please, not AB12 3456 7890 1234"
        >>> [text[start:end] for start, end in ibans(text)]
        ['DE89 3704 0044 0532 0130 00']
    """
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTH.get(match.group()[:2].upper(), 0)
        end = _end_of(text, match.start(), length)
        if end and passes_mod97("".join(one for one in text[match.start() : end] if one.isalnum())):
            yield match.start(), end


def passes_mod97(iban: str) -> bool:
    """Return whether an IBAN without spaces passes its check.

    Example:
        >>> passes_mod97("GB82WEST12345698765432"), passes_mod97("GB83WEST12345698765432")
        (True, False)
    """
    return int("".join(str(int(one, 36)) for one in iban[4:] + iban[:4])) % 97 == 1


def _end_of(text: str, start: int, length: int) -> int:
    """Where `length` letters and digits end, single spaces or dashes between them apart; 0 where they do not."""
    if not length:
        return 0
    place, taken = start, 0
    while taken < length and place < len(text):
        one = text[place]
        if one.isascii() and one.isalnum():
            taken += 1
        elif one not in " -" or not text[place - 1].isalnum():
            return 0
        place += 1
    after = text[place : place + 1]
    return place if taken == length and not (after.isascii() and after.isalnum()) else 0
