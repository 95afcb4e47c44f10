"""How far discovered themes and given codes agree, and what is said of it."""

from nps_insights.survey import Admission
from nps_insights.themes import Agreement, FoundThemes, code_agreement

# A code and a theme that share this much mean the same to most readers.
_SAME_THING = 0.5


def agreement_of(admission: Admission, found: FoundThemes | None) -> Agreement | None:
    """Hold the discovered themes against the given codes; None where one is missing, or codes taught the themes."""
    if found is None or admission.codes.empty or taught_by_codes(found):
        return None
    return code_agreement(admission.codes, found.mentions, found.segments, found.themes)


def taught_by_codes(found: FoundThemes | None) -> bool:
    """Whether given codes taught the themes, in this fit or in the one that it goes on from."""
    return found is not None and found.fitted.guided is not None and found.fitted.guided.complete


def agreement_note(agreement: Agreement | None, *, taught: bool = False) -> list[str]:
    """Say in a sentence how far codes and themes agree, or why that is not told."""
    if taught:
        return ["The given codes taught the themes: how far the two agree would be no evidence and is left out."]
    if agreement is None:
        return []
    named = int((agreement.table["f1"] >= _SAME_THING).sum())
    return [
        f"{named} of {len(agreement.table)} given codes have a discovered theme that matches them well "
        f"(F1 of {_SAME_THING:g} or more); over all codes F1 is {agreement.micro_f1:.2f}, "
        f"on {agreement.n_comments:,} comments."
    ]
