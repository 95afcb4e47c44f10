"""From comments to segments: the clauses and sentences that each speak of one thing."""

import re
from bisect import bisect_left

import pandas as pd

from nps_insights.tables import conform, empty

# Scripts written without spaces: every character counts as a word.
_SPACELESS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+(?:['’][^\W_]+)*")
# Controls, lone surrogates and byte-order marks carry no meaning and break encoders and files.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE = re.compile(r"[\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_BULLET = re.compile(r"^\s*(?:[-*+–—>•·●▪◦‣]|\(?\d{1,2}[.)](?!\d))\s*(?=\S)|\s+[•·●▪◦‣]\s*")
_SENTENCE = re.compile(r"[.!?…;。！？；]+[\"'”’»)\]]*\s*|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+\s+(?=[^\W_])")
_FULL_STOPS_WITHOUT_SPACE = "。！？；"
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
_WORDS_A_CLAUSE_NEEDS = 3
_WORDS_A_SENTENCE_NEEDS = 2


def split_comments(comments: pd.DataFrame) -> pd.DataFrame:
    """Return the segments of all comments that say something.

    A comment splits at line breaks and bullets, at sentence ends, and at a contrast ("but", "mais", "aber", ...)
    where both sides hold at least three words. A sentence of one word joins its neighbour. Long text without
    punctuation stays whole. Greetings, sign-offs and openers are left out where the comment says more. Control
    characters are removed; otherwise a segment is a verbatim part of its comment.

    Args:
        comments: Table `comments`; rows with `says_nothing` are skipped.

    Returns:
        Table `segments`; `segment_id` is comment_id + "#" + position, positions count from 1.

    Example:
        >>> comments = pd.DataFrame({"comment_id": ["c1"], "response_id": ["r1"], "says_nothing": [False],
        ...                          "text": ["The staff were lovely but we waited two hours. Parking is awful!"]})
        >>> split_comments(comments)["text"].tolist()
        ['The staff were lovely', 'but we waited two hours.', 'Parking is awful!']
    """
    said = comments[~comments["says_nothing"].astype(bool)]
    parts = [split_text(text) for text in said["text"]]
    counts = [len(part) for part in parts]
    if not sum(counts):
        return empty("segments")
    positions = [position for count in counts for position in range(1, count + 1)]
    rows = said[["comment_id", "response_id"]].loc[said.index.repeat(counts)].reset_index(drop=True)
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
    return [part for line in _LINE.split(text) for part in _BULLET.split(line) if part.strip()]


def _spans(item: str, words: list[int]) -> list[tuple[int, int]]:
    """Where the segments of a line lie; `words` are the offsets at which its words start."""
    if not words:
        return []
    ends = _merged([*_sentence_ends(item), len(item)], words, _WORDS_A_SENTENCE_NEEDS)
    contrasts = [match.end() for match in _CONTRAST.finditer(item)]
    spans, start, waiting = [], 0, 0
    for end in ends:
        inner = []
        while waiting < len(contrasts) and contrasts[waiting] < end:
            inner.append(contrasts[waiting])
            waiting += 1
        for stop in _merged([*inner, end], words, _WORDS_A_CLAUSE_NEEDS, start):
            spans.append((start, stop))
            start = stop
    return spans


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


def _sentence_ends(item: str) -> list[int]:
    return [match.end() for match in _SENTENCE.finditer(item) if _ends_sentence(item, match.start(), match.end())]


def _ends_sentence(item: str, start: int, end: int) -> bool:
    mark = item[start:end]
    if mark[-1].isspace() or mark[0] in _FULL_STOPS_WITHOUT_SPACE:
        before = item[max(0, start - _LONGEST_ABBREVIATION) : start]
        return mark.strip() != "." or _ABBREVIATION.search(before) is None
    # "Good.Staff were nice": a forgotten space, told from "e.g.", "3.50" and web addresses by the capital.
    return item[max(0, start - 2) : start].isalpha() and start >= 2 and item[end : end + 1].isupper()
