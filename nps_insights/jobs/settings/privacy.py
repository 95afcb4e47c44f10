"""What is kept private: the section `[privacy]`, and who is told the real ids."""

import os
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pydantic import model_validator

from nps_insights.jobs.settings.sections import Section
from nps_insights.survey import REGIONS, PseudonymKey, key_from

# Columns of any table that hold the id of an account.
_ACCOUNT_IDS = ("account_id", "parent_id")
_IN_TEXT = re.compile(r"\bp_[0-9a-f]{20}\b")


class PrivacySettings(Section):
    """What is kept private.

    Attributes:
        redact: Whether e-mail and web addresses, phone, card and bank account numbers, IP addresses and known names are
            taken out of comments before anything is stored.
        regions: Two-letter codes of the regions whose national phone numbers are looked for; numbers with "+" are found
            whatever their region.
        name_columns: Columns of survey or accounts with names to look for, beside owner, account name and those with a
            header such as "Contact", "First name" or "Ansprechpartner".
        pseudonyms: Whether ids of accounts, people and answers become pseudonyms in everything that is stored; the key
            is read from the environment variable NPS_INSIGHTS_KEY.
        real_ids: With `pseudonyms`: whether the list of whom to call names the real ids of the accounts' file. The
            edition for customer success always does.
    """

    redact: bool = True
    regions: tuple[str, ...] = REGIONS
    name_columns: tuple[str, ...] = ()
    pseudonyms: bool = False
    real_ids: bool = False

    @model_validator(mode="after")
    def _nothing_ignored(self) -> "PrivacySettings":
        if self.real_ids and not self.pseudonyms:
            raise ValueError(
                "real_ids turns pseudonyms back and there are none; state pseudonyms = true too, or leave real_ids out"
            )
        if not self.redact and self.name_columns:
            raise ValueError(
                "name_columns tells which names are redacted, and redact is false; leave one of the two out"
            )
        if not self.redact and self.regions != REGIONS:
            raise ValueError("regions tells which phones are redacted, and redact is false; leave one of the two out")
        return self

    def key(self) -> PseudonymKey | None:
        """Return the key of the pseudonyms; None where there are none.

        Raises:
            SettingsError: Pseudonyms are wanted, and the environment holds no key or a short one.
        """
        return key_from(os.environ) if self.pseudonyms else None

    def key_fingerprint(self) -> str | None:
        """Return what a manifest keeps of the key; None where there are no pseudonyms.

        Raises:
            SettingsError: Pseudonyms are wanted, and the environment holds no key or a short one.
        """
        key = self.key()
        return None if key is None else key.fingerprint

    def for_door(self) -> dict[str, Any]:
        """Return what the door needs to know, as keywords of `SurveySettings`.

        Raises:
            SettingsError: Pseudonyms are wanted, and the environment holds no key or a short one.
        """
        return {
            "redact": self.redact,
            "phone_regions": self.regions,
            "name_columns": self.name_columns,
            "pseudonym_key": self.key(),
        }


def with_real_ids(tables: Mapping[str, pd.DataFrame], real: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return tables in which the accounts bear their real ids, names and owners: to be shown, never to be stored.

    Args:
        tables: Tables by name.
        real: As `real_accounts` of the survey room returns it; ids that it lacks stay pseudonyms.

    Example:
        >>> real = pd.DataFrame({"account_id": ["p_1"], "real_account_id": ["007"], "account_name": ["Acme"]})
        >>> with_real_ids({"accounts": pd.DataFrame({"account_id": ["p_1"]})}, real)["accounts"].values.tolist()
        [['007', 'Acme']]
    """
    ids = dict(zip(real["account_id"], real["real_account_id"], strict=True))
    by_id = real.set_index("account_id")
    shown = {}
    for name, table in tables.items():
        changed = table.copy()
        if name in ("accounts", "flags", "actions") and "account_id" in table:
            for column in (one for one in ("account_name", "owner") if one in real and one not in table):
                changed[column] = table["account_id"].map(by_id[column])
        for column in (one for one in _ACCOUNT_IDS if one in table):
            changed[column] = table[column].map(lambda one: ids.get(one, one), na_action="ignore").astype("str")
        shown[name] = _told(changed, ids)
    return shown


def _told(table: pd.DataFrame, ids: Mapping[str, str]) -> pd.DataFrame:
    """Sentences may name an account too: "Without account p_... the NPS would be 30"."""
    texts = [name for name in table.select_dtypes(["object", "string"]) if table[name].str.contains(_IN_TEXT).any()]
    return table.assign(
        **{
            name: table[name].str.replace(_IN_TEXT, lambda found: ids.get(found.group(), found.group()), regex=True)
            for name in texts
        }
    )
