"""Which words a corpus uses as verbs, told from the words before them: a reader expects a noun in a label."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FEWEST = 3

_PRONOUNS_AND_AUXILIARIES = """
i we you they he she it who to not never can't cannot could can would will should must didn't don't doesn't couldn't
wouldn't won't have i've we've je tu il elle nous ils ich wir sie zu yo
"""
_ARTICLES_AND_PREPOSITIONS = """
a an the my our your their his its these those some any no each every of with for in at from by on le la les un une du
des mon ma mes votre vos notre nos leur leurs ce cette ces der die das den dem ein eine einen einem mein meine el los
las una unos unas mi mis su sus lo gli uno
"""
_BEFORE_VERBS = frozenset(_PRONOUNS_AND_AUXILIARIES.split())
BEFORE_NOUNS = frozenset(_ARTICLES_AND_PREPOSITIONS.split())
# Half of many English verbs: "pick up", "sort out".
PARTICLES = frozenset(["up", "out", "off"])


def verbs(texts: Iterable[str]) -> frozenset[str]:
    """Return the words, in lower case, that stand as a verb more often than as a noun, and at least three times.

    A verb follows a pronoun, "to" or an auxiliary ("to explain") or goes before a particle ("pick up"); a noun follows
    an article, a possessive or a preposition ("our line").

    Args:
        texts: Any number of texts.

    Example:
        >>> sorted(verbs(["I called twice", "we called you", "they called back", "the call"]))
        ['called']
    """
    as_verb, as_noun = Counter[str](), Counter[str]()
    for text in texts:
        words = [word.replace("’", "'") for word in _WORD.findall(text)]
        for before, word in pairwise(words):
            # A name is no verb: "to Hong Kong".
            name = word[0].isupper() and not text.isupper()
            before, word = before.lower(), word.lower()
            as_verb[before] += word in PARTICLES
            as_verb[word] += before in _BEFORE_VERBS and not name
            as_noun[word] += before in BEFORE_NOUNS
    return frozenset(word for word, count in as_verb.items() if count >= _FEWEST and count > as_noun[word])
