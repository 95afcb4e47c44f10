"""SurveyMonkey, all responses as CSV or XLS(X).

Stands on public exports and readers of them: columns Respondent ID, Collector ID, Start Date, End Date, IP Address,
Email Address, First Name, Last Name, Custom Data 1, then a question per column or group of columns; the first header
row holds the question, the second what each column of it is ("Response", "Open-Ended Response", a choice), or nothing
in a condensed export.

Traps: the second header row looks like an answer; the further columns of a question have no name in the first row;
opened and saved in a spreadsheet the ids become 1.18E+11 and tell nobody apart any more (see `rounded_ids`).
"""

from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.tools.tool import Header, Rows, Tool, told_apart

_WHOLE_QUESTION = ("", "response", "open ended response")
_SELF = (
    *("respondent id", "collector id", "start date", "end date", "date created", "date modified", "ip address"),
    *("email address", "first name", "last name", "custom data 1", "collector"),
)


def _header(rows: Rows) -> Header:
    first = [" ".join(cell.split()) for cell in rows[0]]
    second = [" ".join(cell.split()) for cell in rows[1]] if len(rows) > 1 else []
    second += [""] * (len(first) - len(second))
    place = next(i for i, name in enumerate(first) if plain_name(name) == "respondent id")
    if len(rows) < 2 or second[place] or any(second[i] for i, name in enumerate(first) if plain_name(name) in _SELF):
        return Header(first)
    names, question = [], ""
    for name, part in zip(first, second, strict=False):
        question = name or question
        if name and plain_name(part) in _WHOLE_QUESTION:
            names.append(name)
        else:
            names.append(f"{question}: {part}" if question and part else question or part)
    return Header(told_apart(names), 2, did=("its first 2 rows are the header (questions, and their columns)",))


TOOL = Tool(
    name="SurveyMonkey",
    signatures=(frozenset({"respondent id", "collector id"}),),
    header=_header,
    columns={"response_id": "respondent id", "responded_at": "end date|date modified", "trigger": "collector"},
    notes=("its times are those of the survey's account, of which the file does not name the zone",),
)
