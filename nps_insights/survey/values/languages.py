"""The language of each comment, where the words tell it."""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# On short comments the best guess is often wrong: "too expensive" is nearest to Galician, at .09.
_SURE = 0.6
# The detector knows dialects and old forms apart, which share one code elsewhere and take each other's probability.
_VARIANT_OF = {"ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh", "hbo": "he", "grc": "el"}
# Latin letters with their accents end here; those of Vietnamese follow further up.
_LAST_LATIN, _VIETNAMESE = 0x24F, range(0x1E00, 0x1F00)


def with_languages(comments: pd.DataFrame) -> pd.DataFrame:
    """Return comments with the code of their language: the stated one where it is a code, else the detected one.

    Args:
        comments: Table `comments`; a stated language may be written "de", "DE" or "de-CH".

    Example:
        >>> stated = pd.Series(["DE-ch", "English"])
        >>> comments = pd.DataFrame({"text": ["Guten Tag, alles bestens hier.", "ok"], "language": stated})
        >>> with_languages(comments)["language"].tolist()
        ['de', nan]
    """
    detected = detect_languages(comments["text"])
    if "language" not in comments.columns:
        return comments.assign(language=detected)
    code = comments["language"].str.extract(r"^([A-Za-z]{2})(?:[-_].*)?$", expand=False).str.lower()
    return comments.assign(language=code.fillna(detected))


def detect_languages(texts: pd.Series) -> pd.Series:
    """Return the ISO 639-1 code of each text's language; missing where the words do not tell it.

    Detector: py3langid (langid.py, Lui and Baldwin 2012), byte n-grams; a guess below .6 probability is not believed.
    In a script other than Latin the best guess is: the letters leave few languages, and none that is written in Latin.

    Args:
        texts: Comments.

    Example:
        >>> detect_languages(pd.Series(["Der Support antwortet erst nach Tagen.", "ok"])).tolist()
        ['de', nan]
    """
    identifier = _identifier()
    guesses = {text: identifier.classify(text) for text in texts.unique()}
    known = {
        text: _VARIANT_OF.get(str(language), str(language))
        for text, (language, probability) in guesses.items()
        if probability >= _SURE or _is_in_another_script(text)
    }
    return texts.map(known).astype("str")


def _is_in_another_script(text: str) -> bool:
    """Whether most letters are not Latin ones."""
    if text.isascii():
        return False
    letters = [ord(one) for one in unicodedata.normalize("NFKC", text) if one.isalpha()]
    latin = sum(one <= _LAST_LATIN or one in _VIETNAMESE for one in letters)
    return 2 * latin < len(letters)


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
