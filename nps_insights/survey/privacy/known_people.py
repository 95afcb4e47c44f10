"""Whose names are known: columns of the survey and of the accounts that hold names of people and companies."""

from collections.abc import Iterator, Mapping

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.mapping.aliases import ACCOUNT_FIELDS, is_alias_of, plain_name
from nps_insights.survey.mapping.columns import resolve
from nps_insights.survey.redaction import KnownNames, known_names
from nps_insights.survey.settings import SurveySettings

_FIRST = "first name|firstname|given name|forename|recipient first name|recipientfirstname|vorname|prenom|nombre"
_LAST = (
    "last name|lastname|surname|family name|recipient last name|recipientlastname|nachname|familienname|nom|nom de "
    "famille|apellido|apellidos"
)
_WHOLE = (
    "contact|contact name|contact person|primary contact|primary contact name|main contact|key contact|full name|"
    "fullname|person|person name|recipient|recipient name|recipientname|respondent name|customer contact|user name|"
    "ansprechpartner|ansprechpartnerin|kontakt|kontaktperson|kontaktname|hauptansprechpartner|interlocuteur|"
    "nom du contact|nom complet|contact principal|contacto|persona de contacto|nombre completo"
)
_DETAIL = (
    "email|e mail|e mail address|email address|contact email|mail|phone|phone number|telephone|mobile|cell|fax|"
    "contact phone|telefon|telefonnummer|handy|mobil|courriel|adresse e mail|adresse mail|portable|telefono|movil|"
    "correo|correo electronico|recipient email|recipientemail|ip address|ipaddress|ip"
)
_FIELDS = {"first": _FIRST, "last": _LAST, "whole": _WHOLE, "detail": _DETAIL}


def known_people(raw: RawTable | None, accounts: RawTable | None, settings: SurveySettings) -> KnownNames:
    """Return the names that are looked for in comments, and in free text of accounts and of the files beside them.

    Args:
        raw: The survey as read; its columns of people's names count. None where accounts are read without a survey:
            columns of `name_columns` that they lack are then those of the survey.
        accounts: The accounts as read: contacts, owners and the accounts' own names.
        settings: `name_columns` are read too; `account_columns` tells where owner and account_name stand.

    Raises:
        SettingsError: A column of `name_columns` is in neither file.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"First name": ["Anna"], "Last name": ["Koch"]}, dtype="str")
        >>> known_people(RawTable("s.csv", frame, np.array([2]), pd.DataFrame()), None, SurveySettings()).whole["anna"]
        (('anna', 'koch'), ('anna', 'k'))
    """
    frames = [one.frame for one in (raw, accounts) if one is not None]
    people = [name for frame in frames for name in _people(frame)]
    for column in settings.name_columns:
        holders = [frame for frame in frames if column in frame.columns]
        if raw is not None and not holders:
            resolve(column, [str(one) for frame in frames for one in frame.columns], "privacy.name_columns")
        people += [name for frame in holders for name in frame[column].unique()]
    companies: list[str] = []
    if accounts is not None:
        people += _of_field(accounts.frame, settings.account_columns, "owner")
        companies = _of_field(accounts.frame, settings.account_columns, "account_name")
    return known_names(people, companies)


def identifying(column: str, fields: Mapping[str, str] = _FIELDS) -> bool:
    """Return whether a column is named like one of people's names, e-mail addresses or phones.

    Example:
        >>> identifying("Contact e-mail"), identifying("Ansprechpartner"), identifying("Plan")
        (False, True, False)
    """
    return any(is_alias_of(column, name, fields) for name in fields)


def contact_detail(column: str) -> bool:
    """Return whether a column is named like one of e-mail addresses, phones or IP addresses.

    Example:
        >>> contact_detail("E-Mail"), contact_detail("Ansprechpartner")
        (True, False)
    """
    return plain_name(column) in _DETAIL.split("|")


def _people(frame: pd.DataFrame) -> Iterator[str]:
    columns = [str(column) for column in frame.columns]
    first = [column for column in columns if is_alias_of(column, "first", _FIELDS)]
    last = [column for column in columns if is_alias_of(column, "last", _FIELDS)]
    if len(first) == len(last) == 1:
        yield from (frame[first[0]].str.strip() + " " + frame[last[0]].str.strip()).unique()
    else:
        yield from (name for column in (*first, *last) for name in frame[column].unique())
    for column in columns:
        if is_alias_of(column, "whole", _FIELDS):
            yield from frame[column].unique()


def _of_field(frame: pd.DataFrame, stated: Mapping[str, str], name: str) -> list[str]:
    """Texts of a field of the accounts, wherever the file may hold it."""
    columns = [column for column in frame.columns if stated.get(name) == column]
    columns = columns or [column for column in frame.columns if is_alias_of(str(column), name, ACCOUNT_FIELDS)]
    return [text for column in columns for text in frame[column].unique()]
