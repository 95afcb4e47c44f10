"""Patterns of e-mail addresses, web addresses and IP addresses, written plainly or so that machines overlook them."""

import ipaddress
import re
from collections.abc import Iterator

# Letters of alphabets that put spaces between words: Chinese or Thai text may touch an address on both sides.
_LETTER = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_LABEL = rf"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
# "Great.Thanks" is a forgotten space; a top domain is small or all capitals, or one that phones capitalise.
_TOP = "(?:[a-z]{2,24}|[A-Z]{2,24}|Com|Net|Org|De|Fr|Es|Uk|[\u0400-\u04ff]{2,24})"
_END = rf"(?![{_LETTER}])"
_LOCAL = rf"[{_LETTER}_](?:[{_LETTER}_.!#$%&'*+/=?^{{|}}~-]{{0,62}}[{_LETTER}_+=~-])?"
_EMAIL = re.compile(rf"(?:mailto:)?(?<![{_LETTER}_]){_LOCAL}@(?:{_LABEL}\.)+{_TOP}{_END}")
_AT = r"\s*[\[({<]\s*(?:at|ät|arroba|chez|a)\s*[\])}>]\s*"
_DOT = r"(?:\.|\s*[\[({<]\s*(?:dot|punkt|point|punto)\s*[\])}>]\s*|\s+(?:dot|punkt|point|punto)\s+)"
_BRACKETED_AT = re.compile(
    rf"(?<![{_LETTER}_]){_LOCAL}(?:{_DOT}{_LOCAL})?(?:{_AT}|\s*@\s*)(?:{_LABEL}{_DOT})+[a-z]{{2,24}}{_END}",
    re.IGNORECASE,
)
_SPOKEN_DOT = r"\s+(?:dot|punkt|point|punto)\s+"
_TOPS_SAID = "com|net|org|info|de|fr|es|it|nl|uk|ch|at|be|eu|io|us|ca|au"
_SPOKEN = re.compile(
    rf"(?<![{_LETTER}_]){_LOCAL}(?:{_SPOKEN_DOT}{_LOCAL})*\s+(?:at|ät|arroba|chez)\s+"
    rf"(?!(?:the|a|an|this|that|my|your|our|der|die|das|le|la)\b){_LABEL}(?:{_SPOKEN_DOT}{_LABEL})*{_SPOKEN_DOT}(?:co{_SPOKEN_DOT})?(?:{_TOPS_SAID}){_END}",
    re.IGNORECASE,
)
# Of these hosts nobody says "I saw it at ...": what stands before them is an address.
_MAIL_HOST = "gmail|googlemail|outlook|hotmail|gmx|icloud|protonmail|t-online"
_AT_MAIL_HOST = re.compile(
    rf"(?<![{_LETTER}_]){_LOCAL}\s+(?:at|@)\s+(?:{_MAIL_HOST}){_DOT}(?:co{_DOT})?(?:{_TOPS_SAID}){_END}", re.IGNORECASE
)
# Small text that holds none of these holds no address.
EMAIL_HINTS = (
    "@", "(at", "[at", "{at", "<at", "( at", "[ at", "(a)", "[a]", "arroba", "chez", "ät", " dot ", " punkt ",
    " point ", " punto ", "mail", "outlook", "gmx", "icloud", "t-online",
)  # fmt: skip
URL_HINTS = ("://", "www", "/")
_NAMES_MAIL_HOST = re.compile(rf"(?i)\b(?:{_MAIL_HOST})\b")

_IN_URL = '[^\\s<>"“”„«»`\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef\ue000]'
_URL = re.compile(rf"(?i)(?:(?:https?|ftps?|sftp)://|(?<![\w.])www\d?\.(?=\w)){_IN_URL}+")
_TOPS = (
    "com|net|org|info|biz|io|app|dev|ai|co|eu|uk|de|fr|es|ch|nl|ie|ca|au|nz|pl|pt|se|dk|fi|cz|jp|cn|ru|br|in|mx|"
    "ly|gl|me"
)
# "booking.com" is the name of a company; "booking.com/mysettings" is an address.
_BARE_URL = re.compile(
    rf"(?i)(?<![\w@.\-/])(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.)+(?:{_TOPS})(?::\d{{2,5}})?/(?=[\w?#~%]){_IN_URL}+"
)
_TRAILING = ".,;:!?'’*_…|"
_PAIRS = {")": "(", "]": "[", "}": "{"}

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"(?<![\w.,])(?:{_OCTET}\.){{3}}{_OCTET}(?:/\d{{1,2}}(?!\d)|:\d{{2,5}}(?!\d))?(?!\w|[.,]\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]*\d)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%\w+)?(?![\w:])")
_VERSION = re.compile(
    r"(?i)(?:\b(?:v|ver|vers|version|versión|release|firmware|software|build|update|upgrade[d]?|patch|app|ios|android|"
    r"windows|chapter|section|clause|kapitel|abschnitt|chapitre|article|artikel|§|driver|treiber)\b[\s.:#(]*"
    r"(?:(?:to|from|auf|von|de|à|no|number|nr|is|version|was|ist)\b[\s.:]*){0,2}|§\s*)$"
)
_CUE_REACH = 40


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Yield where e-mail addresses stand, those with "(at)" and "dot" among them.

    Example:
        >>> text = "ask jo.doe@example.co.uk or anna (at) example dot org, not @anna"
        >>> [text[start:end] for start, end in emails(text)]
        ['jo.doe@example.co.uk', 'anna (at) example dot org']
    """
    found = [match.span() for match in _EMAIL.finditer(text)] if "@" in text else []
    lower = text.lower()
    if any(hint in lower for hint in EMAIL_HINTS):
        for pattern in (_BRACKETED_AT, _SPOKEN, _AT_MAIL_HOST):
            found += [match.span() for match in pattern.finditer(text) if _is_obfuscated(match.group())]
    yield from disjoint(found)


def _is_obfuscated(text: str) -> bool:
    """Whether spaces around an @ hide an address: "john.doe @ example.com" does, "cheaper @ example.com" does not."""
    local, at, _ = text.partition("@")
    return (
        not at
        or any(one in local.strip() for one in "._0123456789")
        or re.search(rf"(?i)\b(?:{_MAIL_HOST})", text) is not None
    )


def urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield where web addresses stand; a bare domain without a path is a company's name and stays.

    Example:
        >>> text = "(see https://example.com/a?b=1). Cheaper at booking.com"
        >>> [text[start:end] for start, end in urls(text)]
        ['https://example.com/a?b=1']
    """
    for pattern in (_URL, _BARE_URL):
        for match in pattern.finditer(text):
            start, end = match.start(), match.start() + len(_trimmed(match.group()))
            if end > start:
                yield start, end


def ips(text: str) -> Iterator[tuple[int, int]]:
    """Yield where IP addresses stand; four numbers after "version" are none, and neither are times.

    Example:
        >>> text = "from 192.168.0.17 at 10:30:45, app version 10.2.0.1, 2001:db8::ff00:42:8329"
        >>> [text[start:end] for start, end in ips(text)]
        ['192.168.0.17', '2001:db8::ff00:42:8329']
    """
    for match in _IPV4.finditer(text):
        if _VERSION.search(text[max(0, match.start() - _CUE_REACH) : match.start()]) is None:
            yield match.span()
    if text.count(":") > 2 or "::" in text:
        yield from (match.span() for match in _IPV6.finditer(text) if _is_ipv6(match.group()))


def disjoint(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans without those that overlap a longer one, in the order of the text.

    Example:
        >>> disjoint([(0, 3), (2, 9), (10, 12)])
        [(2, 9), (10, 12)]
    """
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span)):
        if all(end <= other_start or start >= other_end for other_start, other_end in kept):
            kept.append((start, end))
    return sorted(kept)


def _is_ipv6(text: str) -> bool:
    plain = text.partition("%")[0]
    if plain.count(":") < 3 and not ("::" in plain and len(plain) > 5):
        return False
    try:
        ipaddress.IPv6Address(plain)
    except ValueError:
        return False
    return True


def _trimmed(url: str) -> str:
    """A web address without the punctuation of the sentence around it."""
    while (last := url[-1]) in _TRAILING or (last in _PAIRS and url.count(last) > url.count(_PAIRS[last])):
        url = url[:-1]
    return "" if url.endswith("://") else url
