"""A number and its noun."""


def counted(n: int, one: str, many: str) -> str:
    """Return a count with the words that follow it.

    Args:
        n: The count.
        one: What follows 1.
        many: What follows every other number.

    Example:
        >>> counted(1, "row is", "rows are"), counted(1200, "row is", "rows are")
        ('1 row is', '1,200 rows are')
    """
    return f"{n:,} {one if n == 1 else many}"
