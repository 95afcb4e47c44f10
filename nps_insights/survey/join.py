"""Join accounts onto responses: who is missing on either side is counted and listed."""

from dataclasses import dataclass, field

import pandas as pd

from nps_insights.survey.accounts import AccountAdmission, account_attributes
from nps_insights.survey.attributes import proxies
from nps_insights.survey.columns import ColumnMapping, suggestions
from nps_insights.survey.settings import SurveySettings
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError


@dataclass(frozen=True, eq=False)
class Joined:
    """Responses with the attributes of their accounts.

    Attributes:
        responses: The responses, with columns `attribute/<name>`.
        refused: attribute -> why it must not be a driver; these columns are not joined.
        accounts_without_response: account_ids nobody answered for, sorted.
        responses_without_account: account_ids the accounts' file lacks, sorted.
        named: Attribute, control or group column as typed -> column of responses.
        notes: What a reader must know, in sentences.
    """

    responses: pd.DataFrame
    refused: dict[str, str] = field(default_factory=dict)
    accounts_without_response: tuple[str, ...] = ()
    responses_without_account: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def joined_attributes(
    responses: pd.DataFrame, mapping: ColumnMapping, settings: SurveySettings, customers: AccountAdmission | None
) -> Joined:
    """Return the responses with what is known of their accounts, and judge which attributes may be drivers.

    Args:
        responses: One row per response, with account_id where accounts are given.
        mapping: Which columns were named as attributes, and which of them only the accounts can hold.
        settings: The named attributes.
        customers: The admitted accounts, or None.

    Raises:
        SettingsError: A named column is in neither file.
        DataRefusedError: Accounts are given, and the survey has no account_id.

    Example:
        >>> mapping = ColumnMapping({"score": ("nps",)}, {})
        >>> joined_attributes(pd.DataFrame({"score": [9.0]}), mapping, SurveySettings(), None).refused
        {}
    """
    found = {name: ATTRIBUTE_PREFIX + column for name, column in mapping.named.items()}
    looks = proxies(responses[sorted(set(found.values()))], responses["score"])
    notes = [_proxy_note(name, reason) for name, reason in looks.items() if _is_driver(name, found, settings)]
    if customers is None:
        _refuse_unknown(mapping)
        return Joined(responses, named=found, notes=tuple(notes))
    if "account_id" not in responses:
        raise DataRefusedError(
            "account_id: accounts are given, and no column of the survey is known to hold the account's id; "
            'state it: --columns account_id="..."'
        )
    known, refused, chosen = account_attributes(customers.accounts, customers.columns, mapping.elsewhere)
    values = _looked_up(responses, known, notes)
    for name, reason in proxies(values, responses["score"]).items():
        if name not in chosen.values():
            refused[name] = f"it looks like the score under another name: {reason}"
        elif _is_driver(name, chosen, settings):
            notes.append(_proxy_note(name, reason))
    silent, unknown = _unmatched(responses["account_id"], customers.accounts["account_id"], notes)
    return Joined(
        responses=pd.concat([responses, values.drop(columns=[n for n in refused if n in values])], axis="columns"),
        refused=dict(sorted(refused.items())),
        accounts_without_response=silent,
        responses_without_account=unknown,
        named={**found, **chosen},
        notes=tuple(notes),
    )


def _looked_up(responses: pd.DataFrame, known: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    twice = [name for name in known.columns if name in responses.columns]
    notes += [f"{name.removeprefix(ATTRIBUTE_PREFIX)!r}: is in both files; the survey's is used" for name in twice]
    values = known.drop(columns=twice).reindex(responses["account_id"].fillna(""))
    return values.set_axis(responses.index)


def _unmatched(answered: pd.Series, listed: pd.Series, notes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    present = set(answered.dropna())
    silent, unknown = tuple(sorted(set(listed) - present)), tuple(sorted(present - set(listed)))
    n_blank = int(answered.isna().sum())
    notes += [f"accounts: {len(silent):,} of {len(listed):,} have no response"] if silent else []
    notes += [f"accounts: {len(unknown):,} account_ids of the survey are not in the accounts' file"] if unknown else []
    notes += [f"accounts: {n_blank:,} responses name no account"] if n_blank else []
    return silent, unknown


def _is_driver(column: str, named: dict[str, str], settings: SurveySettings) -> bool:
    return any(named.get(name) == column for name in settings.attributes)


def _proxy_note(name: str, reason: str) -> str:
    shown = name.removeprefix(ATTRIBUTE_PREFIX)
    return f"{shown!r}: named, so used; it looks like the score under another name ({reason})"


def _refuse_unknown(mapping: ColumnMapping) -> None:
    if not mapping.elsewhere:
        return
    name = mapping.elsewhere[0]
    names = [*mapping.unused, *mapping.attributes, *(c for columns in mapping.columns.values() for c in columns)]
    near = suggestions(name, names)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise SettingsError(
        f"attributes, controls or by: the survey has no column {name!r}; {hint}"
        "A column of the accounts needs --accounts"
    )
