"""Signs that a low score means a happy customer."""

import pandas as pd

_HAPPY = (
    r"(?i)\b(?:very (?:good|satisfied|likely|happy)|extremely (?:likely|satisfied)|excellent|outstanding|perfect|"
    r"sehr (?:gut|zufrieden|wahrscheinlich)|ausgezeichnet|"
    r"tr[eè]s (?:bien|satisfait|probable))\b"
)
_UNHAPPY = (
    r"(?i)\b(?:very (?:poor|bad|dissatisfied|unlikely|unhappy)|not at all|extremely (?:unlikely|dissatisfied)|terrible|"
    r"worst|poor|"
    r"sehr (?:schlecht|unzufrieden|unwahrscheinlich)|mangelhaft|ungenügend|pas du tout|très (?:mauvais|insatisfait))\b"
)
_PRAISE = (
    r"(?i)\b(?:excellent|great|friendly|helpful|fantastic|amazing|brilliant|wonderful|perfect|kind|love|lovely|"
    r"freundlich|super|toll|hervorragend|parfait|sympathique|agréable|merci)\b"
)
_COMPLAINT = (
    r"(?i)\b(?:worst|terrible|awful|poor|bad|rude|useless|horrible|disgusting|appalling|dirty|avoid|"
    r"unfreundlich|schlecht|katastrophe|mauvais|déçu|nul|inadmissible)\b"
)
_ENOUGH = 20


def reversal_hint(
    scores: pd.Series,
    *,
    texts: pd.Series | None = None,
    header: str = "",
    comments: pd.Series | None = None,
    ratings: pd.DataFrame | None = None,
) -> str:
    """Say why the scale seems to be reversed, or return "".

    The words beside the numbers decide alone ("1 very good"). Praise in the comments of low scores, or other
    ratings that fall as the score rises, count only where they are clear.

    Args:
        scores: Numbers stated; missing where none.
        texts: Score cells as written.
        header: Name of the score's column.
        comments: Comments; none of their text is returned.
        ratings: Other columns of ratings, as numbers.

    Example:
        >>> reversal_hint(pd.Series([1.0, 5.0]), texts=pd.Series(["1 very good", "5 very poor"]))
        'the answers with happy words average 1, those with unhappy words 5'
    """
    given = scores.notna()
    if texts is not None:
        happy, unhappy = _means(scores, texts, _HAPPY, _UNHAPPY)
        if len(happy) and len(unhappy) and happy.mean() < unhappy.mean():
            return (
                f"the answers with happy words average {happy.mean():.3g}, those with unhappy words "
                f"{unhappy.mean():.3g}"
            )
    if _header_turned(header):
        return f"the column's name {header!r} says so"
    if ratings is not None:
        for name in ratings.columns:
            both = given & ratings[name].notna()
            rho = scores[both].rank().corr(ratings.loc[both, name].rank()) if both.sum() >= 2 * _ENOUGH else 0.0
            if rho < -0.5:
                return f"{name!r} falls as the score rises (rank correlation {rho:.2f})"
    if comments is not None:
        happy, unhappy = _means(scores, comments, _PRAISE, _COMPLAINT)
        spread = float(scores.std()) if given.sum() > 1 else 0.0
        enough = min(len(happy), len(unhappy)) >= _ENOUGH
        if enough and unhappy.mean() - happy.mean() > 0.5 * spread > 0:
            return (
                f"comments with words of praise go with {happy.mean():.2g} on average, those with words of "
                f"complaint with {unhappy.mean():.2g}"
            )
    return ""


def _means(scores: pd.Series, texts: pd.Series, happy: str, unhappy: str) -> tuple[pd.Series, pd.Series]:
    is_happy = texts.str.contains(happy, regex=True).astype(bool)
    is_unhappy = texts.str.contains(unhappy, regex=True).astype(bool)
    return scores[is_happy & ~is_unhappy].dropna(), scores[is_unhappy & ~is_happy].dropna()


def _header_turned(header: str) -> bool:
    labels = pd.Series([header]).str.extract(r"(\d+)\s*[=:]\s*([^\d,;]+)[,;]?.*?(\d+)\s*[=:]\s*([^\d,;)]+)").iloc[0]
    if labels.isna().any():
        return False
    words = pd.Series([labels[1], labels[3]])
    happy, unhappy = words.str.contains(_HAPPY, regex=True), words.str.contains(_UNHAPPY, regex=True)
    ends = int(labels[0]), int(labels[2])
    return bool(
        (happy[0] and not unhappy[0] and unhappy[1] and ends[0] < ends[1])
        or (happy[1] and not unhappy[1] and unhappy[0] and ends[1] < ends[0])
    )
