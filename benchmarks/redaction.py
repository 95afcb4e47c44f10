"""Redaction on texts labelled by hand: how much of what is private is found, how much of what is found is private."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from benchmarks.redaction_set import COMPANIES, PEOPLE, Labelled, redaction_set
from benchmarks.results import markdown_table, write_section
from nps_insights.survey.redaction import REGIONS, known_names, private_parts, redact
from nps_insights.survey.redaction.names import words_by_use
from nps_insights.tables import MARKS

_KINDS = (*MARKS, "all")
# A found part may reach a little further than the marked one, such as to a bracket.
_ENOUGH = 0.8
_N_SPEED = 100_000
Finder = Callable[[Sequence[str]], list[list[tuple[int, int, str]]]]


@dataclass(frozen=True)
class Score:
    """How well one kind is found.

    Attributes:
        n: Parts that are there.
        n_found: Parts that were found.
        recall: Share of the parts that are there which a found part of their kind covers wholly.
        precision: Share of the parts found which overlap a marked one of their kind by at least 80 %.
    """

    n: int
    n_found: int
    recall: float
    precision: float


def scores(cases: Sequence[Labelled], finder: Finder) -> tuple[dict[str, Score], list[str]]:
    """Return the score by kind and over all, and each mistake as a line."""
    there: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    found_n: Counter[str] = Counter()
    right: Counter[str] = Counter()
    mistakes = []
    for case, found in zip(cases, finder([case.text for case in cases]), strict=True):
        for start, end, kind in case.parts:
            hit = any(one == kind and first <= start and end <= last for first, last, one in found)
            there.update((kind, "all"))
            covered.update((kind, "all") if hit else ())
            mistakes += [] if hit else [f"missed {kind} {case.text[start:end]!r} in {case.text!r}"]
        for start, end, kind in found:
            true = any(one == kind and _overlap((start, end), (first, last)) for first, last, one in case.parts)
            found_n.update((kind, "all"))
            right.update((kind, "all") if true else ())
            mistakes += [] if true else [f"wrong {kind} {case.text[start:end]!r} in {case.text!r}"]
    made = {
        kind: Score(
            there[kind], found_n[kind], covered[kind] / max(1, there[kind]), right[kind] / max(1, found_n[kind])
        )
        for kind in _KINDS
    }
    return made, mistakes


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common >= _ENOUGH * (max(one[1], other[1]) - min(one[0], other[0]))


def ours(texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """Return what nps-insights finds in each text."""
    known = known_names(PEOPLE, COMPANIES)
    words = words_by_use(texts, known)
    return [private_parts(text, REGIONS, known, words) for text in texts]


def speed(*, n: int = _N_SPEED, random_state: int = 0) -> tuple[float, float]:
    """Return short comments per second of one processor, without and with 1,000 known names; 3 % hold something."""
    private = [case.text for case in redaction_set(n=600, random_state=random_state) if case.parts]
    plain = "the staff were kind but we waited far too long at the till and nobody told us why, visit {}"
    texts = pd.Series(
        [private[place % len(private)] if place % 33 == 0 else plain.format(place) for place in range(n)], dtype="str"
    )
    names = known_names([f"{first} Test{last:03d}x".replace("0", "o") for last in range(100) for first in _FIRST_NAMES])
    seconds = []
    for known in ((), names):
        started = time.process_time()
        redact(texts, names=known)
        seconds.append(time.process_time() - started)
    return n / seconds[0], n / seconds[1]


_FIRST_NAMES = ("Alda", "Bertil", "Cosima", "Dorte", "Egon", "Frida", "Gustav", "Hedda", "Ingmar", "Jorun")


def main() -> None:
    """Print the table and every mistake; write the section of the results."""
    cases = redaction_set(n=6000, random_state=7)
    found, mistakes = scores(cases, ours)
    rows = [
        (kind, f"{one.n:,}", f"{one.n_found:,}", f"{one.recall:.4f}", f"{one.precision:.4f}")
        for kind, one in found.items()
    ]
    plain, with_names = speed()
    n_hand = sum(case.source == "hand" for case in cases)
    n_clean = sum(not case.parts for case in cases)
    lines = [
        *markdown_table(("kind", "parts there", "parts found", "recall", "precision"), rows),
        "",
        f"{len(cases):,} texts ({n_hand} written by hand, {n_clean:,} with nothing private), five phone regions, "
        f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}. "
        f"{plain:,.0f} short comments a second, {with_names:,.0f} with 1,000 known names. "
        "Goals: recall .99, precision .95. Names that no file at hand holds are not looked for.",
    ]
    print("\n".join([*lines, "", *sorted(set(mistakes))[:60]]))
    write_section("Redaction", command="python -m benchmarks.redaction", packages=["phonenumbers"], lines=lines)


if __name__ == "__main__":
    main()
