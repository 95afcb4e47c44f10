"""The key of the pseudonyms: it comes from the environment; nothing but its fingerprint is ever written."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from nps_insights.tables import SettingsError

KEY_VARIABLE: Final = "NPS_INSIGHTS_KEY"
SHORTEST_KEY: Final = 16
_FINGERPRINT_OF, _DIGITS = b"nps-insights: which key", 12


@dataclass(frozen=True)
class PseudonymKey:
    """The secret of the pseudonyms; it is shown nowhere.

    Attributes:
        secret: Its bytes.
    """

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What runs keep of the key, so that another one can be told from it: the first 48 bits of an HMAC-SHA256.

        It tells nothing of a random key; a guessed passphrase could be tried against it, as against any pseudonym.

        Example:
            >>> PseudonymKey(b"sixteen letters and more").fingerprint
            '4a370f6cd61a'
        """
        return hmac.new(self.secret, _FINGERPRINT_OF, hashlib.sha256).hexdigest()[:_DIGITS]


def key_from(environment: Mapping[str, str]) -> PseudonymKey:
    """Return the key that the environment holds in `NPS_INSIGHTS_KEY`.

    Args:
        environment: Names and values, such as `os.environ`.

    Raises:
        SettingsError: There is none, or it is too short.

    Example:
        >>> key_from({"NPS_INSIGHTS_KEY": "sixteen letters and more"})
        PseudonymKey()
    """
    given = environment.get(KEY_VARIABLE, "").strip()
    how = (
        f"privacy.pseudonyms needs a secret of at least {SHORTEST_KEY} characters there, the same for every run and "
        "file; make one with `openssl rand -hex 32` and keep it where passwords are kept"
    )
    if not given:
        raise SettingsError(f"{KEY_VARIABLE}: is not set in the environment; {how}")
    if len(given) < SHORTEST_KEY:
        raise SettingsError(f"{KEY_VARIABLE}: has {len(given)} characters; {how}")
    return PseudonymKey(given.encode("utf-8"))
