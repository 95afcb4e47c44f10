"""What the scripts of the page say: its filter and its search in quotes, in the language of the page."""

from nps_insights.report.languages import number_form, say


def filter_words() -> dict[str, str | int | bool]:
    """Return each sentence of the scripts by its name, its placeholders left for them, and how the language counts.

    Example:
        >>> filter_words()["not_narrowed"]
        'Not narrowed to {named}.'
    """
    form = number_form()
    return {
        "one_below": form.one_below,
        "zero_is_many": form.zero_is_many,
        "colon": say("{head}: {rest}"),
        "rows_one": say("{shown} of {total} row shown."),
        "rows_many": say("{shown} of {total} rows shown."),
        "no_figure": say("{caption}: no figure of {named}."),
        "not_of_period": say("{caption}: no figure of {named}; these are of all time, not of {period}."),
        "not_of_group": say("{caption}: no figure of {named}; these are of all answers, not of {group}."),
        "no_answer": say("{named}: there is no figure of it in this report."),
        "not_narrowed": say("Not narrowed to {named}."),
        "only": say("Only {named} is shown."),
        "marked": say("Parts marked “Not narrowed” stay as they are."),
        "all_quotes": say("{shown} of {total} shown."),
        "found": say("{found} of {total} found."),
        "some_found": say("{found} of {total} found, {shown} shown."),
        "printed": say("Printed: {shown} of {total}."),
        "searched": say("Search: “{text}”."),
        "theme": say("Theme: {text}."),
    }
