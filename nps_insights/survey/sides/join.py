"""Join accounts onto responses: who is missing on either side is counted and listed."""

import re
from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.survey.ids.salesforce_ids import as_listed
from nps_insights.survey.mapping.columns import ColumnMapping, suggestions
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.accounts import AccountAdmission, account_attributes
from nps_insights.survey.sides.proxies import proxies
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError, counted


@dataclass(frozen=True, eq=False)
class Joined:
    """Responses with the attributes of their accounts.

    Attributes:
        responses: The responses, with columns `attribute/<name>`.
        refused: attribute -> why it must not be a driver; these columns are not joined.
        accounts_without_response: account_ids nobody answered for, sorted.
        responses_without_account: account_ids the accounts' file lacks, sorted.
        named: Attribute, control or group column as typed -> column of responses.
        drivers: Attributes to take as drivers, without prefix: those named, then the accounts' own that are fit.
        notes: What a reader must know, in sentences.
    """

    responses: pd.DataFrame
    refused: dict[str, str] = field(default_factory=dict)
    accounts_without_response: tuple[str, ...] = ()
    responses_without_account: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    drivers: tuple[str, ...] = ()
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
        >>> responses = pd.DataFrame({"score": [9.0], "category": ["promoter"]})
        >>> joined_attributes(responses, mapping, SurveySettings(), None).drivers
        ()
    """
    named = {name: ATTRIBUTE_PREFIX + column for name, column in mapping.named.items()}
    looks = proxies(responses[sorted(set(named.values()))], responses["score"], responses["category"])
    if customers is None:
        _refuse_unknown(mapping)
        return Joined(
            responses, named=named, drivers=_drivers(settings, named, []), notes=tuple(_told(settings, named, looks))
        )
    if "account_id" not in responses:
        raise DataRefusedError(
            "account_id: accounts are given, and no column of the survey is known to hold the account's id; "
            'state it: --columns account_id="...", in a pipeline file under [columns]'
        )
    ids, n_written = as_listed(responses["account_id"], customers.accounts["account_id"])
    responses = responses.assign(account_id=ids)
    known, unfit, chosen = account_attributes(customers.accounts, customers.columns, mapping.elsewhere)
    named |= chosen
    told = counted(n_written, "id of Salesforce was", "ids of Salesforce were")
    notes = [f"account_id: {told} joined, 15 with 18 characters"] if n_written else []
    values = _looked_up(responses, known, notes)
    asked = [name for name in values if name not in unfit or name in named.values()]
    looks |= proxies(values[asked], responses["score"], responses["category"])
    unfit |= {name: f"it looks like the score under another name: {reason}" for name, reason in looks.items()}
    refused = {name: unfit[name] for name in sorted(unfit) if name in values and name not in named.values()}
    own = [str(name) for name in customers.accounts.columns if str(name).startswith(ATTRIBUTE_PREFIX)]
    silent, unknown = _unmatched(responses["account_id"], customers.accounts["account_id"], notes)
    return Joined(
        responses=pd.concat([responses, values.drop(columns=list(refused))], axis="columns"),
        refused=refused,
        accounts_without_response=silent,
        responses_without_account=unknown,
        named=named,
        drivers=_drivers(settings, named, [name for name in own if name not in unfit]),
        notes=(*_told(settings, named, looks), *_only_grouped(settings, named, own, unfit), *notes),
    )


def _drivers(settings: SurveySettings, named: dict[str, str], fit: list[str]) -> tuple[str, ...]:
    adjusted_for = {named[name] for name in settings.controls}
    columns = dict.fromkeys([*(named[name] for name in settings.attributes), *fit])
    return tuple(column.removeprefix(ATTRIBUTE_PREFIX) for column in columns if column not in adjusted_for)


def _told(settings: SurveySettings, named: dict[str, str], looks: dict[str, str]) -> list[str]:
    drivers = {named[name] for name in settings.attributes}
    return [
        f"{name.removeprefix(ATTRIBUTE_PREFIX)!r}: named, so used; "
        f"it looks like the score under another name ({reason})"
        for name, reason in looks.items()
        if name in drivers
    ]


def _only_grouped(settings: SurveySettings, named: dict[str, str], own: list[str], unfit: dict[str, str]) -> list[str]:
    """Notes on the accounts' columns that serve to group by and would be drivers if they were fit for it."""
    other = {named[name] for name in (*settings.attributes, *settings.controls)}
    grouped = dict.fromkeys(named[name] for name in settings.by if named[name] not in other)
    return [
        f"{name.removeprefix(ATTRIBUTE_PREFIX)!r}: grouped by, and not taken as a driver: {unfit[name]}"
        for name in grouped
        if name in own and name in unfit
    ]


def _looked_up(responses: pd.DataFrame, known: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    twice = [name for name in known.columns if name in responses.columns]
    notes += [f"{name.removeprefix(ATTRIBUTE_PREFIX)!r}: is in both files; the survey's is used" for name in twice]
    values = known.drop(columns=twice).reindex(responses["account_id"].fillna(""))
    return values.set_axis(responses.index)


def _unmatched(answered: pd.Series, listed: pd.Series, notes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    present = set(answered.dropna())
    _refuse_strangers(present, set(listed))
    silent, unknown = tuple(sorted(set(listed) - present)), tuple(sorted(present - set(listed)))
    n_blank = int(answered.isna().sum())
    notes += [f"accounts: {len(silent):,} of {len(listed):,} have no response"] if silent else []
    strange = counted(len(unknown), "account_id of the survey is", "account_ids of the survey are")
    notes += [f"accounts: {strange} not in the accounts' file"] if unknown else []
    notes += [f"accounts: {counted(n_blank, 'response names', 'responses name')} no account"] if n_blank else []
    return silent, unknown


def _refuse_strangers(answered: set[str], listed: set[str]) -> None:
    """Refuse two files that share no account: every attribute would be empty, and look like a finding."""
    if not answered or not listed or answered & listed:
        return
    here, there = (_commonest_form(ids) for ids in (answered, listed))
    forms = f": they are written like {here} in the survey and like {there} in the accounts" if here != there else ""
    raise DataRefusedError(
        f"account_id: none of the {len(answered):,} accounts that answered is among the {len(listed):,} of the "
        f"accounts' file{forms}; name the column that holds the same ids, for the survey with "
        '--columns account_id="...", for the accounts in a pipeline file under [account_columns], '
        "or leave the accounts out"
    )


def _commonest_form(ids: set[str]) -> str:
    """How most ids are written, with x for every letter and 9 for every digit: nobody's id is shown."""
    forms = Counter(re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", one)) for one in ids)
    return min(forms, key=lambda form: (-forms[form], form))[:40]


def _refuse_unknown(mapping: ColumnMapping) -> None:
    if not mapping.elsewhere:
        return
    name = mapping.elsewhere[0]
    names = [*mapping.unused, *mapping.attributes, *(c for columns in mapping.columns.values() for c in columns)]
    near = suggestions(name, names)
    hint = f"did you mean {' or '.join(map(repr, near))}? A" if near else "a"
    raise SettingsError(
        f"attributes, controls or by: the survey has no column {name!r}; {hint} column of the accounts needs --accounts"
    )
