"""What stands in a comment in the place of what was taken out of it: the same mark in every language."""

import re

# The order is that of the table `redactions`.
MARKS = {
    "e-mail": "[e-mail]",
    "url": "[url]",
    "phone": "[phone]",
    "card": "[card]",
    "iban": "[iban]",
    "ip": "[ip]",
    "name": "[name]",
}
_MARK = re.compile("|".join(re.escape(mark) for mark in MARKS.values()))


def without_marks(text: str) -> str:
    """Return a text without the marks of what was taken out: they are nobody's words.

    Example:
        >>> without_marks("write to [e-mail], please")
        'write to , please'
    """
    return _MARK.sub("", text) if "[" in text else text
