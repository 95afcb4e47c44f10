"""Security: nothing from data leaves its place in a script, a chart or the page's policy."""

import base64
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.report.page.security import content_security_policy, json_for_script, plotly_text

JSON = st.recursive(
    st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(deadline=None)
@given(JSON)
def test_json_in_a_script_means_the_same_and_cannot_leave_it(value: object) -> None:
    text = json_for_script(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_json_refuses_what_browsers_cannot_read() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_for_script([float("nan")])


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(0, 30))
def test_chart_text_holds_no_markup_but_our_line_breaks(text: str, width: int) -> None:
    shown = plotly_text(text, width=width).replace("<br>", "")
    assert "<" not in shown
    assert ">" not in shown


def test_the_policy_names_our_scripts_by_hash_and_allows_no_others() -> None:
    policy = dict(part.split(" ", 1) for part in content_security_policy(["run()"], ["p { color: red }"]).split("; "))
    hashed = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    assert policy["script-src"] == f"'sha256-{hashed}'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in " ".join(policy.values())


def test_a_page_without_charts_runs_no_script_at_all() -> None:
    assert "script-src 'none'" in content_security_policy([], [])
