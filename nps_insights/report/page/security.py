"""Data stays data: escaping for charts and scripts, and the page's content-security policy.

HTML is escaped by Jinja2's autoescape. What it does not cover is here: JSON inside a script element, and the
pseudo-HTML (`<b>`, `<a href>`, `<br>`) that plotly reads in every label.
"""

import base64
import hashlib
import json
import textwrap
from collections.abc import Iterable

_SCRIPT_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_PLOTLY_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
# plotly adds a style element without text and fills it by rules; its hash is that of the empty text.
_NO_TEXT = ""


def json_for_script(value: object) -> str:
    r"""Write JSON that cannot leave its script element.

    Example:
        >>> json_for_script({"label": "</script>"})
        '{"label":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return text.translate(_SCRIPT_ESCAPES)


def plotly_text(text: str, *, width: int = 0, most_lines: int | None = None) -> str:
    """Neutralise plotly's pseudo-HTML in text from data, and wrap it.

    Args:
        text: Text from data, cleaned.
        width: Longest line in characters; 0 for one line of any length.
        most_lines: Lines kept, the last of them with an ellipsis; None for all.

    Example:
        >>> plotly_text("<b>slow & late</b>", width=8)
        '&lt;b&gt;slow<br>&amp;<br>late&lt;/b&gt;'
    """
    lines = textwrap.wrap(text, width, max_lines=most_lines, placeholder="…") if width else [text]
    return "<br>".join(line.translate(_PLOTLY_ESCAPES) for line in lines)


def content_hash(text: str) -> str:
    """Return the CSP source expression of an inline script or style.

    Example:
        >>> content_hash("")
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def css_string(text: str) -> str:
    r"""Write text as a string of a style sheet, which it cannot leave; all but letters, digits and blanks is escaped.

    Example:
        >>> css_string('Q3 "</style>')
        '"Q3 \\22 \\3c \\2f style\\3e "'
    """
    plain = [char if char == " " or (char.isascii() and char.isalnum()) else f"\\{ord(char):x} " for char in text]
    return f'"{"".join(plain)}"'


def content_security_policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Return a policy that runs these inline scripts and styles, and fetches nothing from anywhere.

    Style attributes are refused too: plotly sets the styles of what it draws through the object model, which no
    policy restricts, and the templates write none.

    Args:
        scripts: Text of each inline script.
        styles: Text of each inline style element.

    Example:
        >>> content_security_policy(["f()"], []).split("; ")[0]
        "default-src 'none'"
    """
    script_hashes = " ".join(content_hash(text) for text in scripts) or "'none'"
    style_hashes = " ".join(content_hash(text) for text in (*styles, _NO_TEXT))
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {script_hashes}",
            f"style-src {style_hashes}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
