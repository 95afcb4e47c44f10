"""Text on its way into a spreadsheet."""


def not_a_formula(value: str) -> str:
    """Return a value that a spreadsheet shows instead of running: one that begins like a formula gets a quote.

    Example:
        >>> not_a_formula("=1+1"), not_a_formula("11")
        ("'=1+1", '11')
    """
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") and not value[1:].isdigit() else value
