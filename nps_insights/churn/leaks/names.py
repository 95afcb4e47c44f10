"""Names of columns that tell what became of a customer."""

import re
import unicodedata

_OUTCOME = re.compile(
    r"\b(?:"
    # English
    r"churn\w*|attrition|cancel+\w*|terminat\w*|ended|leavers?|has left|left (?:at|on|date)|lost (?:customer|account)|"
    r"account clos\w*|closed (?:at|on|date)|clos(?:e|ing|ure) (?:date|reason)|"
    r"exit (?:date|reason|code)|(?:reason|date) (?:of|for) leaving|leaving (?:date|reason)|winback|"
    # German, with and without umlaut
    r"k(?:u|ue)ndig\w*|gek(?:u|ue)ndigt|abgewandert|abwanderung\w*|vertragsende\w*|austritt\w*|"
    # French, Spanish, Italian, Dutch
    r"resili\w*|(?:date|motif) (?:de )?depart|desabonne\w*|"
    r"(?:fecha|motivo) (?:de )?baja|"
    r"disdett\w*|opzegg\w*|opgezegd"
    r")\b"
)


def plain(text: str) -> str:
    """Return text in small letters without accents, its words parted by single blanks.

    Example:
        >>> plain("Kündigung_amDatum")
        'kundigung am datum'
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", bare.casefold()))


def named_like_outcome(name: str) -> bool:
    """Whether a column is called like what became of the customer.

    Example:
        >>> [named_like_outcome(name) for name in ("attribute/CancelDate", "attribute/extended_warranty")]
        [True, False]
    """
    return _OUTCOME.search(plain(name)) is not None
