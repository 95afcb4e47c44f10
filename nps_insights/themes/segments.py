"""From comments to segments: the clauses and sentences that each speak of one thing."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from nps_insights.tables import conform, empty

# Scripts written without spaces: every character counts as a word.
_SPACELESS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+(?:['’][^\W_]+)*")
# Controls, lone surrogates and byte-order marks carry no meaning and break encoders and files.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE = re.compile(r"[\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_BULLET = re.compile(r"^\s*(?:[-*+–—>•·●▪◦‣]|\(?\d{1,2}[.)](?!\d))\s*(?=\S)|\s+[•·●▪◦‣]\s*")
_EMOJI = "\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u200d\ufe0f"
_SENTENCE = re.compile(rf"[.!?…;。！？；؟؛۔]+[\"'”’»)\]]*\s*|[{_EMOJI}]+\s+(?=[^\W_])")
# In a line that begins with emoji every run of them opens a piece, in others it ends one.
_EMOJI_BULLET = re.compile(rf"(?<![{_EMOJI}])(?=[{_EMOJI}]+\s*[^\W_])")
_FULL_STOPS_WITHOUT_SPACE = "。！？；۔"
_ABBREVIATION = re.compile(
    r"(?:^|[\s(.])(?:[^\W\d_]|dr|mr|ms|mrs|mme|st|vs|nr|no|approx|incl|etc|bzw|ca|usw|ext|tel|min|max)$", re.IGNORECASE
)
_LONGEST_ABBREVIATION = 8
_CONTRAST = re.compile(
    r"(?<![\s,;:–—-])(?<!\bnothing)(?<!\banything)(?<!\bnot only)(?<!\blast)(?<!\ball)[\s,;:–—-]+"
    r"(?=(?:but|however|although|though|whereas|except that|on the other hand|mais|cependant|toutefois|par contre|"
    r"en revanche|néanmoins|sauf que|aber|jedoch|allerdings|sondern|leider|pero|sin embargo|aunque|ma|però|tuttavia|"
    r"porém|mas|maar|echter)\b[^\w'’])",
    re.IGNORECASE,
)
# "the food was good and the staff were rude": after "and", an article or pronoun tells a clause from a list.
_AND = {
    "and|while": "the|our|my|their|his|her|we|they|i|it|he|she|you|there|this|that",
    "et": "les?|la|l['’]\\w+|mon|ma|mes|notre|nos|ils?|elles?|on|je|j['’]\\w+|nous|vous|c['’]\\w+",
    "und": "der|die|das|den|mein|meine|unser|unsere|ihr|ihre|ich|wir|er|sie|es|man",
    "y": "el|la|los|las|mi|mis|su|sus|nos|me|se|no",
    "e": "il|lo|la|gli|le|l['’]\\w+|mi|ci|si|non|os|as|nos|me|não",
}
_CLAUSE = re.compile(
    r"[,،，](?:\s+|(?<=，)|(?<=،))|\s[-–—]+\s+|\s+(?=(?:"
    + "|".join(f"(?:{word}) (?:{openers})" for word, openers in _AND.items())
    + r")\b)",
    re.IGNORECASE,
)
# Greetings, sign-offs and openers such as "A few points:"; names are told by their capital. Thanks are an opinion.
_COURTESY = re.compile(
    r"^\W*(?:"
    r"(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|bonjour|guten (?:tag|morgen)|hallo|liebes?|hola)\b"
    r"(?:\W+(?:(?i:team|all|there|everyone|folks|both|sir|madam|or)\b|[A-Z][\w-]*))*"
    r"|(?i:(?:(?:with|kind|best|warm|kindest)\W+)*(?:regards|wishes|rgds)|cheers|yours(?: sincerely| faithfully)?"
    r"|sincerely|cordialement|bien à vous|mfg|(?:viele|liebe|beste|mit freundlichen) grü(?:ße|ßen|sse|ssen))"
    r"(?:\W+[A-Z]\w*)?"
    r"|(?:\w+\W+){0,2}\w+\s*:"
    r")\W*$"
)
_WORDS_A_CLAUSE_NEEDS = 4
_WORDS_A_CONTRAST_NEEDS = 3
_WORDS_A_SENTENCE_NEEDS = 2


def split_comments(comments: pd.DataFrame) -> pd.DataFrame:
    """Return the segments of all comments that say something.

    A comment splits at line breaks, bullets and runs of emoji, at sentence ends, at a contrast ("but", "mais", ...)
    where both sides hold at least three words, and at commas, dashes and "and" with an article or pronoun between
    parts of at least four words: shorter parts are the members of a list. A sentence of one word joins its neighbour.
    Long text without punctuation stays whole. Greetings, sign-offs and openers are left out where the comment says
    more. Control characters are removed; otherwise a segment is a verbatim part of its comment.

    Args:
        comments: Table `comments`; rows with `says_nothing` are skipped.

    Returns:
        Table `segments`; `segment_id` is comment_id + "#" + position, positions count from 1; `question` is there
        where the comments have it.

    Example:
        >>> comments = pd.DataFrame({"comment_id": ["c1"], "response_id": ["r1"], "says_nothing": [False],
        ...                          "text": ["The staff were lovely but we waited two hours. Parking is awful!"]})
        >>> split_comments(comments)["text"].tolist()
        ['The staff were lovely', 'but we waited two hours.', 'Parking is awful!']
    """
    said = comments[~comments["says_nothing"].astype(bool)]
    codes, unique = pd.factorize(said["text"])
    split = [split_text(text) for text in unique]
    parts = [split[code] for code in codes]
    counts = [len(part) for part in parts]
    if not sum(counts):
        return empty("segments")
    positions = [position for count in counts for position in range(1, count + 1)]
    kept = [name for name in ("comment_id", "response_id", "question") if name in said]
    rows = said[kept].take(np.repeat(np.arange(len(said)), counts)).reset_index(drop=True)
    rows["position"] = positions
    rows["segment_id"] = rows["comment_id"] + "#" + rows["position"].astype(str)
    rows["text"] = [text for part in parts for text in part]
    return conform("segments", rows)


def split_text(text: str) -> list[str]:
    """Return the segments of one comment, none when it holds no word.

    Example:
        >>> split_text("Rien à dire, personnel aimable mais les caisses sont trop lentes")
        ['Rien à dire, personnel aimable', 'mais les caisses sont trop lentes']
    """
    pieces = [
        item[start:end].strip()
        for item in _items(_CONTROL.sub("", text))
        for start, end in _spans(item, [match.start() for match in _WORD.finditer(item)])
    ]
    return [piece for piece in pieces if not _COURTESY.match(piece)] or pieces


def n_words(text: str) -> int:
    """Return the number of words; in scripts without spaces, of characters.

    Example:
        >>> n_words("I don't know"), n_words("とても")
        (3, 3)
    """
    return len(_WORD.findall(text))


def _items(text: str) -> list[str]:
    """Lines and bullets."""
    bullets = [part.strip() for line in _LINE.split(text) for part in _BULLET.split(line)]
    return [one for part in bullets for one in (_EMOJI_BULLET.split(part) if _opens(part) else [part]) if one.strip()]


def _opens(part: str) -> bool:
    """Whether a line begins with emoji."""
    return _EMOJI_BULLET.match(part) is not None


def _spans(item: str, words: list[int]) -> list[tuple[int, int]]:
    """Where the segments of a line lie; `words` are the offsets at which its words start."""
    if not words:
        return []
    sentences = _merged([*_sentence_ends(item), len(item)], words, _WORDS_A_SENTENCE_NEEDS)
    contrasts = _within(sentences, _CONTRAST, item, words, _merged, _WORDS_A_CONTRAST_NEEDS)
    clauses = _within(contrasts, _CLAUSE, item, words, _between_long, _WORDS_A_CLAUSE_NEEDS)
    return list(pairwise([0, *clauses]))


def _within(
    ends: list[int], mark: re.Pattern[str], item: str, words: list[int], choose: Callable[..., list[int]], needed: int
) -> list[int]:
    """Split each of the pieces that end at `ends` once more, where `choose` keeps a mark."""
    marks = [match.end() for match in mark.finditer(item)]
    if not marks:
        return ends
    found: list[int] = []
    for start, end in pairwise([0, *ends]):
        inside = marks[bisect_right(marks, start) : bisect_left(marks, end)]
        found += choose([*inside, end], words, needed, start) if inside else [end]
    return found


def _merged(ends: list[int], words: list[int], needed: int, start: int = 0) -> list[int]:
    """Drop the ends that would leave fewer than `needed` words on either side of them; the last end stays."""
    kept: list[int] = []
    n_before, last = bisect_left(words, start), bisect_left(words, ends[-1])
    for end in ends[:-1]:
        n_until = bisect_left(words, end)
        if n_until - n_before >= needed and last - n_until >= needed:
            kept.append(end)
            n_before = n_until
    return [*kept, ends[-1]]


def _between_long(ends: list[int], words: list[int], needed: int, start: int) -> list[int]:
    """Keep the ends between two parts of `needed` words or more: short parts are the members of a list."""
    n_until = [bisect_left(words, end) for end in (start, *ends)]
    long = [after - before >= needed for before, after in pairwise(n_until)]
    return [end for end, both in zip(ends, map(all, pairwise(long)), strict=False) if both] + ends[-1:]


def _sentence_ends(item: str) -> list[int]:
    return [match.end() for match in _SENTENCE.finditer(item) if _ends_sentence(item, match.start(), match.end())]


def _ends_sentence(item: str, start: int, end: int) -> bool:
    mark = item[start:end]
    if mark[-1].isspace() or mark[0] in _FULL_STOPS_WITHOUT_SPACE:
        before = item[max(0, start - _LONGEST_ABBREVIATION) : start]
        return mark.strip() != "." or _ABBREVIATION.search(before) is None
    # "Good.Staff were nice": a forgotten space, told from "e.g.", "3.50" and web addresses by the capital.
    return item[max(0, start - 2) : start].isalpha() and start >= 2 and item[end : end + 1].isupper()
