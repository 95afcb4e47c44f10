"""Lists of next actions as a reader meets them: how long, what they are worth, and what they are expected to bring."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.rows.driver_rows import NAMELESS
from nps_insights.report.rows.watch_words import amount, amount_with_range

_ORDER = ("call", "convert", "refer")
# A theme that hardly any of the listed passives names holds few of them back.
_FEWEST_NAMING, _LEAST_NAMING = 5, 0.1
# What each list asks for: one account, several.
_TASKS = {
    "call": ("Call {n} first", "account"),
    "convert": ("Win over {n}", "passive"),
    "refer": ("Ask {n} for a reference", "promoter"),
}
_MONEY = {
    "retained value less costs": "expected to bring {figure}, less costs",
    "value at risk": "{figure} at risk if nothing is done",
}
_PEOPLE = {
    "promoters": "{figure} would be promoters were they one as often as customers who say the same",
    "promoters who agree": "{figure} are expected to agree",
}


def lists_in_order(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, pd.DataFrame]]:
    """Return the rows of each list: calls, then passives, then promoters; what it brings before other figures.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> lists_in_order(report_tables({}))
        []
    """
    rows = tables["action_lists"]
    first = {unit: place for place, unit in enumerate((*_MONEY, *_PEOPLE))}
    found = []
    for action in _ORDER:
        own = rows[rows["action"] == action]
        if len(own):
            places = own["unit"].map(first).fillna(len(first))
            found.append((action, own.assign(place=places).sort_values(["place", "unit"], ignore_index=True)))
    return found


def in_order_of_work(actions: pd.DataFrame) -> pd.DataFrame:
    """Return table `actions` list by list, by rank, who is left alone last.

    Example:
        >>> actions = pd.DataFrame({"action": ["refer", "call", "call"], "account_id": ["c", "b", "a"],
        ...                         "rank": [1, 2, 1]})
        >>> in_order_of_work(actions)["account_id"].tolist()
        ['a', 'b', 'c']
    """
    places = {action: place for place, action in enumerate(_ORDER)}
    rows = actions.assign(_list=actions["action"].map(places), _last=actions["rank"].isna())
    return rows.sort_values(["_list", "_last", "rank", "account_id"], ignore_index=True)[list(actions.columns)]


def task(action: str, n: int) -> str:
    """Say what a list asks for.

    Example:
        >>> task("refer", 50)
        'Ask 50 promoters for a reference'
    """
    form, who = _TASKS[action]
    return say(form, n=words.plural(n, who))


def gain(row: pd.Series, *, currency: str = "") -> str:
    """Say what a list is expected to bring, with its range; empty where that is not known.

    Example:
        >>> gain(pd.Series({"unit": "promoters who agree", "estimate": 15.0, "conf_low": 8.0, "conf_high": 23.0}))
        '15 (likely 8 to 23) are expected to agree'
    """
    figure, unit = gain_figure(row, currency=currency), str(row["unit"])
    if not figure:
        return ""
    told = (_MONEY | _PEOPLE).get(unit)
    return say(told, figure=figure) if told else f"{figure} {words.clean(unit, most=60)}"


def gain_figure(row: pd.Series, *, currency: str = "") -> str:
    """Write what a list is expected to bring as a figure with its range; empty where that is not known.

    Example:
        >>> gain_figure(pd.Series({"unit": "value at risk", "estimate": 1510.0, "conf_low": 810, "conf_high": 2300.0}))
        '1,510 (likely 810 to 2,300)'
    """
    ends = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if pd.isna(ends[0]):
        return ""
    return amount_with_range(*ends, currency=currency) if row["unit"] in _MONEY else words.with_range(*ends)


def held_back(tables: Mapping[str, pd.DataFrame], *, currency: str = "") -> str:
    """Say which theme stands against most of the listed passives, and whose it is; empty where few name one.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> held_back(report_tables({}))
        ''
    """
    rows = tables["actions"]
    listed = rows[(rows["action"] == "convert") & rows["rank"].notna()]
    named = listed[listed["theme_label"].notna() & ~listed["theme_label"].astype("str").str.startswith(NAMELESS)]
    if named.empty:
        return ""
    sizes = named.groupby(["theme_label", "theme_id"], dropna=False).size().rename("n").reset_index()
    first = sizes.sort_values(["n", "theme_label", "theme_id"], ascending=[False, True, True]).iloc[0]
    own = named[named["theme_label"] == first["theme_label"]]
    if len(own) < max(_FEWEST_NAMING, _LEAST_NAMING * len(listed)):
        return ""
    owners = sorted(set(own["theme_owner"].dropna()))
    label = words.quoted(words.clean(first["theme_label"], most=60))
    whose = words.clean(owners[0], most=60) if owners else ""
    worth = (
        say(", worth {value} together", value=amount(float(own["value"].sum()), currency=currency))
        if own["value"].notna().any()
        else ""
    )
    whose = words.colon(whose, label) if whose else say("Mend {label}", label=label)
    many = say(
        "{own} of the {passives} nearest to promoters",
        own=words.count(len(own)),
        passives=words.plural(len(listed), "passive"),
    )
    return say("{whose}: named by {many}{worth}.", whose=whose, many=many, worth=worth)
