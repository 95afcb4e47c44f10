"""A setting that would change nothing is refused, with what to state or leave out."""

import pytest

from nps_insights.cli.privacy import privacy_section
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.tables import SettingsError

IGNORED = {
    "real_ids": ({"privacy": {"real_ids": True}}, r"privacy: real_ids .*pseudonyms = true"),
    "attach": ({"delivery": {"attach": True}}, r"delivery: attach .*to"),
    "database_name": ({"output": {"database_name": "x"}}, r"output: database_name .*database"),
    "name_columns": ({"privacy": {"redact": False, "name_columns": ["Chef"]}}, r"privacy: name_columns .*redact"),
    "regions": ({"privacy": {"redact": False, "regions": ["AT"]}}, r"privacy: regions .*redact"),
}


@pytest.mark.parametrize("name", IGNORED)
def test_a_setting_without_what_it_needs_is_refused(name: str) -> None:
    given, said = IGNORED[name]
    with pytest.raises(SettingsError, match=said) as refused:
        check_settings({"input": {"survey": "x.csv"}, **given})
    assert "value error" not in str(refused.value).lower()


def test_with_what_they_need_they_are_taken_and_come_back_from_a_manifest() -> None:
    given = {
        "input": {"survey": "x.csv"},
        "privacy": {"pseudonyms": True, "real_ids": True, "name_columns": ["Chef"], "regions": ["AT"]},
        "delivery": {"to": ["json://localhost"], "attach": True},
        "output": {"database": "sqlite://", "database_name": "x"},
    }
    for settings in (check_settings(given), check_settings({"input": {"survey": "x"}, "privacy": {"redact": False}})):
        assert check_settings(settings.model_dump(mode="json")) == settings or settings.delivery.to


def test_the_options_say_so_in_their_own_words() -> None:
    with pytest.raises(SettingsError, match=r"--phone-region .* --no-redact"):
        privacy_section(True, ["AT"])
