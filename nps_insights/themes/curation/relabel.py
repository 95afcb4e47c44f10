"""Labels after the edits: what people stated stands, what edits made is named anew, and no two are alike."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nps_insights.themes.curation.said import Said, nearest_theme
from nps_insights.themes.labels.labels import label_themes

if TYPE_CHECKING:
    from nps_insights.themes.model import ThemeModel


def relabel(
    model: "ThemeModel", said: Said, touched: set[str], stated: Mapping[str, str], *, ignore: Sequence[str] = ()
) -> None:
    """Give every theme of an edited model its label and keywords; themes that no edit touched keep theirs.

    Args:
        model: The model to change.
        said: What was said.
        touched: Themes whose texts an edit changed: their keywords, and labels where none is stated, are made anew.
        stated: Labels that people gave, by theme id.
        ignore: Words that may not name a theme.
    """
    anew = sorted(one for one in touched if one in set(model.theme_ids_))
    if anew:
        theme = nearest_theme(model, said.vectors)
        rows = [row for row, place in enumerate(theme) if place >= 0]
        # A theme of which nobody speaks yet, such as a seed, has no words to be named by.
        spoken_of = {model.theme_ids_[theme[row]] for row in rows}
        labels, keywords = label_themes(
            [said.texts[row] for row in rows],
            [float(said.weights[row]) for row in rows],
            [model.theme_ids_[theme[row]] for row in rows],
            {leaf: top for leaf, top in model.parents_.items() if leaf in spoken_of},
            [said.speakers[row] for row in rows],
            ignore=ignore,
        )
        for one in anew:
            model.labels_[one] = labels.get(one) or stated.get(one, one)
            model.keywords_[one] = keywords.get(one) or model.labels_[one]
    known = {*model.theme_ids_, *model.parents_.values()}
    model.labels_ |= {one: label for one, label in stated.items() if one in known}
    _tell_apart(model.labels_, [one for one in stated if one in known])
    model.labels_ = dict(sorted(model.labels_.items()))
    model.keywords_ = dict(sorted(model.keywords_.items()))
    model.owners_ = dict(sorted(model.owners_.items()))


def _tell_apart(labels: dict[str, str], stated: Sequence[str]) -> None:
    """Of two equal labels the stated one stands, and the other gets its id; unedited models have none."""
    taken: set[str] = set()
    for one in [*stated, *sorted(set(labels) - set(stated))]:
        if labels[one].casefold() in taken:
            labels[one] = f"{labels[one]} ({one})"
        taken.add(labels[one].casefold())
