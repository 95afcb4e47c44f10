"""Google Forms, responses as CSV or as the sheet behind the form.

Stands on what forms write: the first column is "Timestamp" (in the language of the form), every other column is a
question as it was asked. From memory: a CSV of the form writes the zone behind the time ("2026/03/04 5:06:07 PM
GMT+1"), the sheet writes times in its own zone and country's way.

Traps: there is no id, so each row gets one from its content; times may be read in two ways, and are refused then.
"""

from nps_insights.survey.mapping.aliases import is_question, plain_name
from nps_insights.survey.tools.tool import Rows, Tool

_TIMES = (
    "timestamp",
    "zeitstempel",
    "horodateur",
    "marca temporal",
    "carimbo de data hora",
    "informazioni cronologiche",
)


def _fits(rows: Rows) -> bool:
    first, *others = rows[0]
    named = [name for name in others if plain_name(name)]
    ids = any(plain_name(name) in ("id", "response id", "customer id", "account id") for name in named)
    return plain_name(first) in _TIMES and not ids and any(is_question(name) for name in named)


TOOL = Tool(
    name="Google Forms",
    signatures=tuple(frozenset({name}) for name in _TIMES),
    fits=_fits,
    columns={"responded_at": "|".join(_TIMES)},
    notes=("it has no ids, so each answer gets one made of its content",),
    general=True,
)
