"""No password of a URL passes, however a driver wants it written; what is harmless stays readable."""

import shlex
from urllib.parse import quote_plus

import pytest
from sqlalchemy import make_url

from nps_insights.jobs.settings.secrets import database_from_environment, masked
from nps_insights.tables import SettingsError

SECRET = "s3cret"
URLS = (
    f"mssql+pyodbc:///?odbc_connect={quote_plus(f'DRIVER=ODBC;UID=sa;PWD={SECRET}')}",
    f"mssql+pyodbc:///?odbc_connect=DRIVER={{ODBC Driver 18}};UID=sa;PWD={{x;{SECRET}}}",
    f"postgresql://anna@corp:{SECRET}@db/crm",
    f"postgresql://anna:x@{SECRET}@db/crm",
    f"postgresql://anna:x/{SECRET}@db/crm",
    f"postgresql://anna:x {SECRET}@db/crm",
    f"postgresql://anna:x?{SECRET}@db/crm",
    f"postgresql://db/crm?user=a&sslpassword={SECRET}",
    f"snowflake://u:p@acc/db?private_key={SECRET}&passcode={SECRET}&warehouse=w",
    f"databricks://token:{SECRET}@host?http_path=/sql",
    f"mysql://db/crm?{SECRET}",
    f"bigquery://project?credentials_base64={SECRET}",
)


@pytest.mark.parametrize("url", URLS)
def test_no_password_of_a_url_is_shown(url: str) -> None:
    shown = masked({"input": {"survey": url}, "output": [url]})
    assert SECRET not in str(shown)
    assert SECRET not in masked(f"nps-insights report {shlex.quote(url)} --scale 0-10")
    assert SECRET not in masked(f"output.database == {url!r}: cannot be reached")


@pytest.mark.parametrize("url", ["postgresql://anna:s3cret@db:5432/crm?sslmode=require", "sqlite:///runs/figures.db"])
def test_the_rest_is_shown_as_sqlalchemy_shows_it(url: str) -> None:
    assert masked(url) == make_url(url).render_as_string(hide_password=True)


@pytest.mark.parametrize("name", ["sslpassword", "passcode", "private_key", "PWD", "api_key", "client_secret", "token"])
def test_parameters_outside_of_urls_are_masked_too(name: str) -> None:
    assert masked(f"driver said {name}={SECRET} is wrong") == f"driver said {name}=*** is wrong"


def test_plain_text_stays() -> None:
    for text in ("data/survey.csv", "why?", "a@example.com: 5 rows", "report.per=month", "by=plan&region"):
        assert masked(text) == text


def test_a_variable_names_no_file_that_would_be_another_one_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM", "sqlite:///flags.db")
    with pytest.raises(SettingsError, match=r"output.sql: .*'env:CRM'.*flags\.db.*sqlite:////srv/acme/flags\.db"):
        database_from_environment("env:CRM", "output.sql")
    for whole in ("sqlite:////srv/flags.db", "sqlite:///:memory:", f"postgresql://anna:{SECRET}@db/crm"):
        monkeypatch.setenv("CRM", whole)
        assert database_from_environment("env:CRM", "output.sql") == whole
