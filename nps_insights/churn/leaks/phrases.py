"""Phrases with which customers say that they leave, in six languages."""

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

# What ends when a customer leaves: without it, "cancel" may be an order and "close" a window.
_EN_OUR = r"(?:(?:my|our|the|this|their|your|all|both|mobile|phone|internet|annual|monthly|current)\s)*"
_EN_TIE = (
    r"(?:contracts?|subscriptions?|memberships?|accounts?|services?|plans?|polic(?:y|ies)|licen[cs]es?|agreements?|"
    r"relationship|business with (?:you|them))"
)
_EN_END = (
    r"(?:cancel\w*|terminat(?:e|ed|ing)|end(?:ed|ing)?|quit(?:ting)?|clos(?:e|ed|ing)|discontinu(?:e|ed|ing)|"
    r"withdraw(?:n|ing)? from|get(?:ting)? out of|stop(?:ped|ping)?)"
)
# "We", and what may stand between "we" and "leave".
_EN_WE = (
    r"\b(?:i|we)(?:\s?['’]?\s?(?:m|re|ll|ve|d)|\s(?:am|are|will|shall|have|had|must|might|want to|would like to|"
    r"intend to|plan to|decided to|need to|going to|about to|gonna|wanna|now|just|finally|soon|all|really|also|"
    r"already))*"
)
_EN_LEAVE = (
    r"(?:leaving|leave(?! (?:a|you a|my|this) (?:message|comment|note|feedback|review))|left (?:you|them|for)|"
    r"quit(?:ting)?|cancel(?:l?ed|l?ing)?|switching|moving (?:to|away|elsewhere|on)|going (?:elsewhere|with another))"
)
_EN_RIVAL = r"(?:competitors?|competition|providers?|suppliers?|vendors?|carriers?|operators?|compan(?:y|ies)|network)"
_EN_OTHER = r"(?:(?:a|an|the|some|your|another|new|other|different|better|cheaper|rival)\s)*"
_ENGLISH = (
    rf"\b{_EN_END}\s{_EN_OUR}{_EN_TIE}\b",
    rf"\b{_EN_TIE}\s(?:has been|have been|was|is being|will be|is|are)\s(?:cancel+ed|terminated|ended|closed)",
    r"\b(?:cancellation|termination)\s(?:notice|letter|request|is in|sent)",
    r"\b(?:gave|given|giving|handed in)\s(?:(?:our|my)\s)?notice\b",
    rf"{_EN_WE}\s{_EN_LEAVE}\b",
    rf"\b(?:switch|mov|chang|migrat|go|defect)\w*\s(?:over\s)?(?:to|for)\s{_EN_OTHER}{_EN_RIVAL}\b",
    rf"\bwent\s(?:over\s)?to\s{_EN_OTHER}{_EN_RIVAL}\b",
    rf"\b(?:switch|chang)(?:e|ed|ing)?\s{_EN_OUR}{_EN_RIVAL}\b",
    r"\b(?:want|wish|like|going|have|decided|ready|time|happy|glad) to (?:quit|leave (?!a )|get rid of)",
    r"\b(?:want|wish|like|going|have|decided|ready|time|happy|glad) to switch (?:to|from|away)",
    r"\b(?:want|wish|like|going|have|decided|ready|time|happy|glad) to cancel(?! \w+ (?:order|appointment|meeting))",
    r"\b(?:not|n['’]?t|never|no longer) (?:be |going to |want to )?(?:renew(?:ing)?|remain a customer)\b",
    r"\b(?:not|n['’]?t|never|no longer) (?:be |going to |want to )?stay(?:ing)? with (?:you|them)\b",
    r"\b(?:not|n['’]?t|never|no longer) (?:going to |want to )?be your customers?\b",
    r"\b(?:good ?bye|bye bye|farewell|(?:i['’]?m|we['’]?re) (?:out|off|gone|done with))\b",
    r"\b(?:take|taking|took) (?:our|my) (?:business|custom|money) (?:elsewhere|somewhere else)",
    r"\bport(?:ing|ed)? (?:my|our) number",
)
_DE_TIE = r"(?:vertrag\w*|abo(?:s|nnement\w*)?|mitgliedschaft|konto|lizenz\w*|anbieter|provider|geschaftsbeziehung)"
_DE_END = r"(?:beend\w*|aufgelost|auflosen|nicht (?:mehr )?(?:verlanger|erneuer)\w*|lauft aus|los ?werden|wechsel\w*)"
_DE_WE = r"\b(?:ich|wir|bin|sind|werde|werden|habe|haben|will|mochte|mochten|wollen|muss)\b"
_DE_LEAVE = (
    r"(?:wechs(?:el|le)[nt]?|gewechselt|verlass(?:en|e)?|abwandern|weggehen|aufhoren|austreten|umsteigen|aussteigen)"
)
_GERMAN = (
    r"\b(?:ge|auf(?:ge)?)?kue?ndig\w*",
    rf"\b{_DE_TIE}\s(?:\w+\s){{0,4}}{_DE_END}",
    rf"\b(?:beend\w*|wechs(?:el|le)\w*|verlass\w*|auflosen)\s(?:\w+\s){{0,3}}{_DE_TIE}",
    rf"{_DE_WE}.{{0,60}}\b{_DE_LEAVE}\b",
    r"\b(?:wechs(?:le|el[nt]?)|gehe|gehen|umsteigen) (?:\w+ ){0,3}(?:zu|zur|zum|auf)\b",
    r"\b(?:bin|sind) (?:dann |jetzt |bald |endlich )?(?:weg|raus)\b",
    r"\b(?:auf wiedersehen|tschuss|adieu)\b",
    r"\bzur konkurrenz|\bzu einem anderen (?:anbieter|provider)",
    r"\bkein kunde mehr|\bnicht (?:mehr )?(?:langer )?kunde\b",
)
_FR_WE = r"\b(?:je|nous|on|j['’]ai|vais|allons|avons)\b"
_FR_OTHER = r"(?:d['’](?:operateur|agence|assureur)|de (?:fournisseur|prestataire|banque|mutuelle))"
_FRENCH = (
    r"\bresili(?:e|er|es|ons|ez|ation|ee?s?)\b",
    rf"{_FR_WE}.{{0,40}}\b(?:quitter?|quittons|partir|pars|partons|chang(?:er?|eons) {_FR_OTHER})\b",
    r"\b(?:chez|a) (?:la|un) concurren(?:ce|t)\b",
    r"\bne (?:(?:renouvell|reconduis)\w*) pas\b|\bmettre fin (?:a|au)\b",
    r"\b(?:plus|pas) (?:etre |rester )?clients?\b.{0,20}\bchez vous\b",
    r"\bcloturer? (?:mon|notre) compte\b|\bdesabonn\w*",
)
_SPANISH = (
    r"\b(?:cancel(?:ar|amos|e|o|ado|aremos|are)|rescind\w*|dar(?:me|nos)? de baja|(?:nos damos|me doy) de baja)\b",
    r"\b(?:nos vamos|me voy|me cambio|nos cambiamos|cambiar(?:nos|me)?) (?:a|de) (?:la competencia|otr[ao]|compania)\b",
    r"\b(?:cambiar(?:nos|me)?) de (?:proveedor|operador)\b|\bno (?:vamos a |voy a )?renovar\w*",
)
_ITALIAN = (
    r"\bdisdett?\w*|\bdisdir\w*|\bnon rinnov\w*",
    r"\b(?:passo|passiamo|cambio|cambiamo) (?:a|ad|al) (?:un altr\w+|la concorrenza)",
)
_DUTCH = (r"\bopgezegd|\bopzegg\w*", r"\b(?:overstap\w*|stap\w* over) naar\b|\bwe (?:gaan|zijn) weg\b")
_LEAVES = re.compile("|".join((*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_ITALIAN, *_DUTCH)))
# "I would never leave", "no intention of cancelling", "ich werde nicht kündigen".
_STAYS = re.compile(
    r"\b(?:never|not|n['’]?t|no (?:plans?|intention|reason|wish)|without)\s(?:\w+\s){0,3}"
    r"(?:leav\w+|cancel\w*|quit\w*|switch\w*|terminat\w*)|"
    r"\b(?:nicht|nie|niemals|kein(?:en)? grund)\s(?:\w+\s){0,3}(?:kundigen|wechseln|verlassen)|"
    r"\b(?:ne|n['’])\s?\w+ (?:pas|jamais)\s(?:\w+\s){0,2}(?:quitter|partir|resilier|changer)"
)


def bare(text: str) -> str:
    """Return text in small letters without accents, with single blanks.

    Example:
        >>> bare("Wir  KÜNDIGEN")
        'wir kundigen'
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def announces_leaving(texts: Iterable[str]) -> NDArray[np.bool_]:
    """Return which texts say that their author leaves, by phrases in English, German, French, Spanish, Italian, Dutch.

    It depends on the text alone, so training and scoring treat a comment alike.

    Args:
        texts: Texts; missing ones say nothing.

    Example:
        >>> announces_leaving(["We have cancelled our contract.", "Wir kündigen!", "I would never leave you"]).tolist()
        [True, True, False]
    """
    said = (isinstance(text, str) and _says(bare(text)) for text in texts)
    return np.fromiter(said, dtype=bool)


def _says(text: str) -> bool:
    return _LEAVES.search(_STAYS.sub(" ", text)) is not None
