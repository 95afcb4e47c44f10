"""From ranked phrases to the words of a label: one phrase where it says enough, else two beside each other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nps_insights.themes.labels.phrases import Phrase
from nps_insights.themes.labels.stopwords import ALONE

# "&" reads the same in every language of the comments.
_JOINED_BY = " & "
_SECOND_NEEDS_SHARE = 0.06
_SPOKEN_TOGETHER = 0.03
_WORD_ENOUGH_ALONE, _PHRASE_ENOUGH_ALONE = 0.5, 0.1
# Where no word reaches this share nothing names the theme: a reader should know that it is a mixed bag.
_DIFFUSE_SHARE = 0.08
# A verb or a judgement names a theme only where it is on most lips: "listened", "good".
_WEAK_NEEDS_SHARE = 0.25
_DIFFUSE = "mixed remarks"
_SUBJECTLESS = "remarks without a subject"
_SAID_ALONE = "just "
_UNNAMED = (_DIFFUSE, _SAID_ALONE, "unnamed ")
# "should not be a project" says nothing once cut to "not be a project".
_NEGATIONS = ("not ", "no ", "never ")


@dataclass(frozen=True)
class Scored:
    """A phrase and how well it names one theme.

    Attributes:
        phrase: The phrase.
        share: Share of the theme's texts that hold it.
        score: How well it names the theme; higher is better.
    """

    phrase: Phrase
    share: float
    score: float

    @property
    def weak(self) -> bool:
        """Whether it names no subject: a judgement, a verb, a greeting."""
        return self.phrase.bare or self.phrase.fragment or self.phrase.courtesy or self.says_nothing

    @property
    def says_nothing(self) -> bool:
        """Whether it is a "nothing", in whatever language."""
        return not ALONE.isdisjoint(self.phrase.surface.lower().split())


def leaf_wordings(ranked: Sequence[Scored], said_alone: str = "") -> Iterator[str]:
    """Yield labels for a theme, the best first; none where it has no phrase.

    Args:
        ranked: Phrases of the theme, the best first.
        said_alone: What most of its comments say and nothing beside, if it names no subject: "nothing".
    """
    if said_alone:
        yield f"{_SAID_ALONE}“{said_alone}”"
    if not ranked:
        return
    subjects = [one for one in ranked if not one.weak]
    first = ranked[0]
    if first.weak and first.share < _WEAK_NEEDS_SHARE:
        first = next((one for one in subjects if one.share >= _DIFFUSE_SHARE), first)
    strongest = max((one.share for one in ([first] if first.share >= _WEAK_NEEDS_SHARE else subjects)), default=0.0)
    if strongest < _DIFFUSE_SHARE:
        yield from _mixed(subjects or ranked)
    if first.phrase.bare or first.says_nothing:
        yield f"{_SAID_ALONE}“{first.phrase.surface}”"
    yield from _named(ranked, first)


def _mixed(ranked: Sequence[Scored]) -> Iterator[str]:
    first = ranked[0].phrase
    for second in ranked[1:]:
        if not akin(second.phrase, first):
            yield f"{_DIFFUSE} ({first.surface}, {second.phrase.surface})"
    yield f"{_DIFFUSE} ({first.surface})"


def _named(ranked: Sequence[Scored], first: Scored) -> Iterator[str]:
    others = [
        one
        for one in ranked
        if not one.weak
        and not akin(one.phrase, first.phrase)
        and one.share >= _SECOND_NEEDS_SHARE
        and not one.phrase.surface.lower().startswith(_NEGATIONS)
    ]
    enough = _WORD_ENOUGH_ALONE if first.phrase.n_words == 1 else _PHRASE_ENOUGH_ALONE
    if first.share >= enough or not others:
        yield first.phrase.surface
    for second in others:
        yield _together(first, second, ranked)
    for second in ranked:
        if not akin(second.phrase, first.phrase):
            yield first.phrase.surface + _JOINED_BY + second.phrase.surface
    yield first.phrase.surface


def _together(first: Scored, second: Scored, ranked: Sequence[Scored]) -> str:
    """Both as people said them in one breath ("friendly staff"), else side by side ("staff & ward")."""
    pair = tuple(sorted({*first.phrase.key, *second.phrase.key}))
    spoken = [one for one in ranked if one.phrase.key == pair and one.share >= _SPOKEN_TOGETHER]
    return spoken[0].phrase.surface if spoken else first.phrase.surface + _JOINED_BY + second.phrase.surface


def top_wordings(
    children: Sequence[tuple[str, str]], ranked: Sequence[Scored], alike: Callable[[str, str], bool]
) -> Iterator[str]:
    """Yield labels for a top theme that no single phrase covers: its two largest themes by name.

    Args:
        children: Its themes, the largest first: label, and a plainer word for it where there is one.
        ranked: Its own phrases, the best first.
        alike: Whether two labels would be taken for one another.
    """
    heads = [plain or label.split(_JOINED_BY)[0] for label, plain in children if not label.startswith(_UNNAMED)]
    labels = [label for label, _ in children]
    if len(labels) > 1 and labels[0].startswith(_SAID_ALONE):
        heads.insert(0, labels[0].removeprefix(_SAID_ALONE))
    for at, head in enumerate(heads):
        for second in heads[at + 1 :]:
            if not alike(head, second) and not _share_a_word(head, second):
                yield head + _JOINED_BY + second
    for head in heads[:1]:
        for one in ranked:
            if not one.weak and not _share_a_word(head, one.phrase.surface):
                yield head + _JOINED_BY + one.phrase.surface
    for head in heads[:1]:
        yield f"{head} in general"
    if labels and not heads:
        subjectless = all(label.startswith(_SAID_ALONE) for label in labels)
        words = [one.phrase.surface for one in ranked[:2]]
        yield _SUBJECTLESS if subjectless else _DIFFUSE
        yield f"{_SUBJECTLESS if subjectless else _DIFFUSE} ({', '.join(words)})"
    yield from leaf_wordings(ranked)


def _share_a_word(one: str, other: str) -> bool:
    return not set(one.lower().split()).isdisjoint(other.lower().split())


def akin(one: Phrase, other: Phrase) -> bool:
    """Return whether a word of one begins like a word of the other: "help" and "helpful", "leg room" and "legroom"."""
    return any(
        left.startswith(right) or right.startswith(left)
        for left in (*one.key, "".join(one.surface.split()))
        for right in (*other.key, "".join(other.surface.split()))
    )
