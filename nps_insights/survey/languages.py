"""The language of each comment, where the words tell it."""

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# On short comments the best guess is often wrong: "too expensive" is nearest to Galician, at .09.
_SURE = 0.6


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

    Args:
        texts: Comments.

    Example:
        >>> detect_languages(pd.Series(["Der Support antwortet erst nach Tagen.", "ok"])).tolist()
        ['de', nan]
    """
    identifier = _identifier()
    guesses = {text: identifier.classify(text) for text in texts.unique()}
    known = {text: str(language) for text, (language, probability) in guesses.items() if probability >= _SURE}
    return texts.map(known).astype("str")


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
