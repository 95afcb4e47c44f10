"""Write comments: opinions become clauses, clauses are joined as people join them, and hands slip."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from nps_insights.simulate.grammar import Draw, Grammar, Part, grammar, spell
from nps_insights.simulate.typos import hurried, slip
from nps_insights.simulate.world import THEMES

_ROLE = {theme.code: theme.role for theme in THEMES}
_DIRECTION = {"harmful": -1, "rare": -1, "helpful": 1, "bystander": 0, "null": 0}
_BEFORE = {-1: "before_harmful", 0: "before_other", 1: "before_helpful"}
_FULL_CLAUSE = re.compile(
    r"(the|our|we|I|it|it's|you|your|there|everyone|everybody|nobody|no one|an engineer|a technician|calls|customers"
    r"|people|half|most|my)\b"
)
_QUESTION = re.compile(r"(is there|will there|gibt es)\b")
_START = re.compile(r"(^|(?<!\.)[.!?] +|\n(?:- |\* |• |\d\) )?)([a-zà-ÿ])")
_LENGTHS = ("terse", "plain", "long")


def uniform_stream(rng: np.random.Generator) -> Iterator[float]:
    """Yield uniform numbers without end, drawn in blocks: one call per number would cost more than the phrase."""
    while True:
        yield from rng.random(65_536).tolist()


def write_comment(themes: Sequence[str], score: int, language: str, draw: Draw) -> str:
    """Write one comment that holds exactly the opinions `themes`.

    Args:
        themes: Codes of themes, in any order; none gives a comment of mere feeling.
        score: The answer, 0 to 10; it sets how strong the words are.
        language: en, de, fr or es.
        draw: The next uniform number of a stream.

    Returns:
        The comment, one or more lines.

    Example:
        >>> write_comment(["price"], 3, "en", lambda: 0.1)
        'too expensive'
    """
    words = grammar(language)
    length = _length(themes, score, draw)
    if not themes:
        text = _feeling(words, score, draw)
    elif length == "terse":
        text = _terse(words, themes, draw)
    elif len(themes) > 1 and draw() < 0.1:
        text = _bullets(words, themes, score, draw)
    else:
        text = _prose(words, themes, score, length == "long", draw)
    text = _framed(words, text, score, length, draw)
    return _typed(text, score, language, draw)


def say_nothing(language: str, draw: Draw) -> str:
    """Return one of the comments that say nothing, such as "n/a" or "-".

    Example:
        >>> say_nothing("en", lambda: 0.0)
        'n/a'
    """
    return _pick(grammar(language).frame["nothing"], draw)


def _pick(choices: tuple[Part, ...], draw: Draw) -> str:
    return spell(choices, draw)


def _length(themes: Sequence[str], score: int, draw: Draw) -> str:
    terse = 0.24 if len(themes) < 3 else 0.08
    # A promoter who names a fault explains it; a bare "Too expensive" beside a 10 would read as a mistake.
    if score >= 9 and any(_DIRECTION[_ROLE[code]] < 0 for code in themes):
        terse = 0.06
    long = 0.38 if score <= 4 else 0.26
    chance = draw()
    return _LENGTHS[0] if chance < terse else _LENGTHS[2] if chance < terse + long else _LENGTHS[1]


def _feeling(words: Grammar, score: int, draw: Draw) -> str:
    if score >= 9 or (score == 8 and draw() < 0.5):
        kind = "praise"
    elif score >= 6 or (score == 5 and draw() < 0.5):
        kind = "lukewarm"
    else:
        kind = "complaint"
    text = _pick(words.frame[kind], draw)
    if draw() < 0.15:
        more = _pick(words.frame[kind], draw)
        return text if more == text else f"{text}{'. ' if draw() < 0.6 else ', '}{more}"
    return text


def _ordered(themes: Sequence[str], draw: Draw) -> list[str]:
    order = sorted(themes, key=lambda code: draw())
    if "outages" in order and "engineer_visit" in order:
        order.remove("engineer_visit")
        order.insert(order.index("outages") + 1, "engineer_visit")
    return order


def _kind(role: str, score: int, draw: Draw) -> str:
    """How strongly an opinion is put, by the answer that stands beside it."""
    chance, direction = draw(), _DIRECTION[role]
    if direction < 0:
        if score <= 4:
            return "strong" if chance < 0.45 else "any"
        if score <= 6:
            return "strong" if chance < 0.12 else "mild" if chance < 0.25 else "any"
        return "mild" if chance < (0.5 if score <= 8 else 0.85) else "any"
    if direction > 0:
        if score >= 9:
            return "strong" if chance < 0.4 else "any"
        return "mild" if chance < (0.2 if score >= 7 else 0.55) else "any"
    return "any"


def _clause(words: Grammar, code: str, score: int, draw: Draw) -> str:
    lists = words.themes[code]
    kind = _kind(_ROLE[code], score, draw)
    # The smaller languages have one strength only.
    text = _pick(lists.get(kind, lists["any"]), draw).strip()
    return f"{text}?" if _QUESTION.match(text) and not text.endswith("?") else text


def _terse(words: Grammar, themes: Sequence[str], draw: Draw) -> str:
    lists = [words.themes[code] for code in _ordered(themes, draw)]
    parts = [_pick(kinds.get("short", kinds["any"]), draw) for kinds in lists]
    joint = _pick(words.frame["short_joint"], draw)
    return parts[0] + "".join(joint + (part if joint in ("\n", ". ") else _lower(part)) for part in parts[1:])


def _lower(text: str) -> str:
    """A phrase in the middle of a sentence; names and abbreviations keep their capitals."""
    first = text.split(" ")[0]
    return (
        text
        if first in ("I", "CRM", "Teams", "Outlook", "App") or first[1:2].isupper()
        else text[:1].lower() + text[1:]
    )


def _bullets(words: Grammar, themes: Sequence[str], score: int, draw: Draw) -> str:
    bullet = _pick(words.frame["bullet"], draw)
    short = draw() < 0.4
    lines = []
    for number, code in enumerate(_ordered(themes, draw), start=1):
        kinds = words.themes[code]
        text = _pick(kinds["short"], draw) if short and "short" in kinds else _clause(words, code, score, draw)
        lines.append(bullet.replace("1", str(number)) + text)
    intro = _pick(words.frame["bullet_intro"], draw)
    return "\n".join([intro, *lines] if intro else lines)


def _prose(words: Grammar, themes: Sequence[str], score: int, long: bool, draw: Draw) -> str:
    text, before = "", 0
    order = _ordered(themes, draw)
    for code in order:
        direction = _DIRECTION[_ROLE[code]]
        clause = _clause(words, code, score, draw)
        joint = _joint(words, before, direction, clause, draw) if text else ""
        # Nobody says "Oh, and" twice, and a PS stands last.
        if len(joint) > 5 and (joint in text or ("PS" in joint and code != order[-1])):
            joint = ". "
        # "By the way" needs something before it.
        if joint.strip() in ("", ".") and (direction or text) and draw() < 0.13:
            clause = _introduced(words, clause, direction, draw)
        text += joint + clause
        # A promoter does not dwell on a fault.
        if direction >= 0 or score <= 8:
            for detail in _details(words, code, long, draw):
                text = _ended(text) + " " + detail
        before = direction
    return text


def _details(words: Grammar, code: str, long: bool, draw: Draw) -> list[str]:
    """Nothing more, or a further sentence on the theme; a rambler may add two."""
    lines = words.themes[code].get("detail", ())
    if not lines or draw() >= (0.65 if long else 0.1):
        return []
    first = int(draw() * len(lines))
    chosen = [lines[first]]
    if long and draw() < 0.25:
        chosen.append(lines[(first + 1 + int(draw() * (len(lines) - 1))) % len(lines)])
    return [spell(line, draw).strip() for line in chosen]


def _joint(words: Grammar, before: int, direction: int, clause: str, draw: Draw) -> str:
    if _QUESTION.match(clause):
        return ". "
    kind = "and_joint" if before * direction > 0 else "but_joint" if before * direction < 0 else "side_joint"
    return _pick(words.frame[kind], draw)


def _introduced(words: Grammar, clause: str, direction: int, draw: Draw) -> str:
    intro = _pick(words.frame[_BEFORE[direction]], draw)
    whole = _FULL_CLAUSE.match(clause) is not None or not clause.isascii()
    fits = whole or not intro.endswith(("that", "que", "say"))
    return f"{intro} {clause}" if fits and not clause.endswith("?") else clause


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _framed(words: Grammar, text: str, score: int, length: str, draw: Draw) -> str:
    """Add what people put around their opinions: a greeting, a general feeling, a close."""
    rate = {"terse": 0.02, "plain": 0.07, "long": 0.22}[length]
    if length != "terse" and draw() < rate / 2 + 0.04:
        mood = "close_praise" if score >= 9 else "close_mixed" if score >= 5 else "close_complaint"
        text = _ended(text) + " " + _pick(words.frame[mood], draw)
    if draw() < rate:
        text = _pick(words.frame["opener"], draw) + ("\n" if draw() < 0.3 else " ") + text
    if draw() < rate:
        closer = _pick(words.frame["closer" if score >= 7 else "closer_unhappy"], draw)
        text = _ended(text) + ("\n" if draw() < 0.5 else " ") + closer
    elif draw() < 0.6 and length != "terse":
        text = _ended(text)
    elif score in (0, 1, 10) and draw() < 0.25:
        text = re.sub(r"[.!?]*$", "!" if draw() < 0.7 else "!!", text)
    return text


def _typed(text: str, score: int, language: str, draw: Draw) -> str:
    """Capitals, or none, and slips, as the hand of this writer makes them."""
    text = re.sub(r" {2,}", " ", text).replace(" ,", ",").replace(" .", ".").strip()
    hand = draw()
    if hand < 0.16 and language != "de":
        text = text.lower()
    elif hand > 0.985 and score <= 3:
        text = text.upper()
    else:
        text = _START.sub(lambda found: found.group(1) + found.group(2).upper(), text)
    if draw() < 0.16:
        text = hurried(text, draw)
    if draw() < min(0.24, 0.05 + 0.0015 * len(text)):
        text = slip(text, draw)
        while draw() < 0.3:
            text = slip(text, draw)
    return text
