"""Themes that cannot matter: how many does each method list? By presence and by tone, on patient comments of the NHS.

Run `python -m benchmarks.drivers_null_themes`. The segments, their tone (learned from the answers to the friends-and-
family question, out of fold) and the answers are real; the themes are null: random segments, random whole comments,
or the sets of human codes dealt anew over all segments. False discovery rate: mean over draws of false listed / max(1,
listed) at q < .10, which here is the share of draws that list any theme.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from benchmarks.theme_tone import patient_comments
from benchmarks.themes import DATA
from nps_insights.drivers import estimate_drivers
from nps_insights.drivers.by_tone.estimate import effects_by_tone
from nps_insights.drivers.by_tone.presence import tone_presence
from nps_insights.metrics import share_interval
from nps_insights.themes.segments import split_comments
from nps_insights.themes.tone_learning import learn_tone

N_DRAWS, N_THEMES, LISTED = 40, 60, 0.10
HEADER = ["themes", "method", "draws", "themes listed", "p < .05", "false discovery rate (95 %)"]
_CODES = slice("Organisation & efficiency", "Interaction with family/ carers")
Draw = Callable[[np.random.Generator], pd.DataFrame]


@dataclass(frozen=True)
class Patients:
    """Real comments.

    Attributes:
        responses: Table `responses`.
        comments: Table `comments`.
        segments: Table `segments` with `tone`, those without tone left out.
        codes: Human codes of each segment's comment, 0 or 1 (segments, codes).
    """

    responses: pd.DataFrame
    comments: pd.DataFrame
    segments: pd.DataFrame
    codes: np.ndarray


def patients(*, one_in: int = 1) -> Patients:
    """Return the comments with tone and human codes.

    Args:
        one_in: Take every so manieth respondent.
    """
    comments, responses, _ = patient_comments()
    responses = responses.sort_values("response_id", ignore_index=True).iloc[::one_in].copy()
    comments = comments[comments["response_id"].isin(responses["response_id"])]
    segments = split_comments(comments)
    tone = learn_tone(comments, segments, responses).tone
    segments = segments.assign(tone=tone.to_numpy()).dropna(subset="tone").reset_index(drop=True)
    path = DATA / "nhs_fft_themes" / "v6framework_230831.csv.gz"
    given = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("Comment ID").loc[:, _CODES] == "1"
    codes = given.loc[segments["comment_id"]].to_numpy()
    frequent = codes.mean(axis=0) >= 0.01
    return Patients(responses, comments, segments, codes[:, frequent])


def mentions_of(people: Patients, marks: np.ndarray) -> pd.DataFrame:
    """Return table `mentions` of marks (segments, themes)."""
    rows, themes = np.nonzero(marks)
    found = people.segments.iloc[rows][["segment_id", "response_id", "tone"]].reset_index(drop=True)
    return found.assign(theme_id=[f"t{theme:02d}" for theme in themes])


def _frequencies(rng: np.random.Generator) -> np.ndarray:
    """Shares of segments of 60 themes, 1-8 % as those of real ones."""
    return np.exp(rng.uniform(np.log(0.01), np.log(0.08), size=N_THEMES))


def null_themes(people: Patients) -> dict[str, Draw]:
    """Return ways to draw themes that cannot matter."""
    comment = pd.factorize(people.segments["comment_id"])[0]

    def of_segments(rng: np.random.Generator) -> pd.DataFrame:
        return mentions_of(people, rng.random((len(comment), N_THEMES)) < _frequencies(rng))

    def of_comments(rng: np.random.Generator) -> pd.DataFrame:
        return mentions_of(people, (rng.random((comment.max() + 1, N_THEMES)) < _frequencies(rng))[comment])

    def of_codes(rng: np.random.Generator) -> pd.DataFrame:
        return mentions_of(people, people.codes[rng.permutation(len(comment))])

    return {
        f"{N_THEMES} of random segments": of_segments,
        f"{N_THEMES} of random whole comments": of_comments,
        f"{people.codes.shape[1]} human codes, dealt anew over segments": of_codes,
    }


def planted_theme(people: Patients, rng: np.random.Generator) -> pd.DataFrame:
    """Return null themes, the first of which detractors speak ill of more often than their tone tells."""
    marks = rng.random((len(people.segments), N_THEMES)) < _frequencies(rng)
    category = people.segments["response_id"].map(people.responses.set_index("response_id")["category"])
    ill = (people.segments["tone"] < 0).to_numpy()
    often = category.map({"detractor": 0.12, "passive": 0.04, "promoter": 0.02}).to_numpy()
    marks[:, 0] = rng.random(len(marks)) < np.where(ill, often, 0.03)
    return mentions_of(people, marks)


def themes_of(mentions: pd.DataFrame) -> pd.DataFrame:
    ids = sorted(mentions["theme_id"].unique())
    return pd.DataFrame({"theme_id": ids, "label": ids})


def estimates_of(people: Patients, mentions: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each method and its effects on the NPS."""
    about = {"mentions": mentions, "themes": themes_of(mentions)}
    no_texts = people.comments.drop(columns="text")
    presence = estimate_drivers(people.responses, people.comments, **about)
    coefficients = estimate_drivers(people.responses, no_texts, **about)
    split = tone_presence(mentions, themes_of(mentions))
    split = split.assign(theme_id=split["driver_id"].str.removeprefix("theme/"))
    by_tone = estimate_drivers(people.responses, people.comments, mentions=split, themes=themes_of(split))
    ours = effects_by_tone(people.responses, people.comments, mentions, themes_of(mentions), n_placebos=2)
    for name, effects, method in (
        ("ours, by presence", presence.effects, "adjusted"),
        ("ours without words written as a control", coefficients.effects, "adjusted"),
        ("ours, by tone beyond the placebo", ours.effects, "beyond_placebo"),
        ("one test per theme, by presence", presence.effects, "leave_out"),
        ("joint model by tone, no placebo", by_tone.effects, "adjusted"),
        ("one test per theme and tone, no placebo", by_tone.effects, "leave_out"),
    ):
        yield name, effects[(effects["outcome"] == "nps") & (effects["method"] == method)]


def false_discoveries(people: Patients, draw: Draw, *, n_draws: int, random_state: int = 0) -> pd.DataFrame:
    """Return per draw and method: listed, small (shares of themes with q < .10 and with p < .05), any_listed."""
    rows = []
    for seed in range(n_draws):
        mentions = draw(np.random.default_rng([random_state, seed]))
        for name, effects in estimates_of(people, mentions):
            listed = effects["q_value"] < LISTED
            rows.append((name, listed.mean(), (effects["p_value"] < 0.05).mean(), listed.any()))
    return pd.DataFrame(rows, columns=["method", "listed", "small", "any_listed"])


def rows(people: Patients, *, n_draws: int = N_DRAWS) -> list[list[str]]:
    """Return the rows of the table under `HEADER`."""
    found = []
    for themes, draw in null_themes(people).items():
        for method, own in false_discoveries(people, draw, n_draws=n_draws).groupby("method", sort=False):
            rate, low, high = share_interval(int(own["any_listed"].sum()), len(own))
            listed, small = own["listed"].mean(), own["small"].mean()
            figures = [f"{listed:.1%}", f"{small:.1%}", f"{rate:.2f} ({low:.2f} to {high:.2f})"]
            found.append([themes, str(method), str(len(own)), *figures])
    return found


def power(people: Patients, *, n_draws: int, random_state: int = 1) -> dict[str, float]:
    """Return, of a planted theme among null ones: the share of draws that find it, its mean effect, and false ones."""
    found = []
    for seed in range(n_draws):
        mentions = planted_theme(people, np.random.default_rng([random_state, seed]))
        effects = effects_by_tone(
            people.responses, people.comments, mentions, themes_of(mentions), n_placebos=2
        ).effects
        effects = effects[effects["outcome"] == "nps"].set_index("driver_id")
        planted, listed = effects.loc["theme/t00/negative"], effects["q_value"] < LISTED
        false = int(listed.drop(["theme/t00/negative", "theme/t00/positive"], errors="ignore").sum())
        hit = planted["q_value"] < LISTED and planted["estimate"] < 0
        found.append((hit, planted["per_mention"], false / max(1, int(listed.sum()))))
    means = np.mean(np.array(found, dtype=float), axis=0)
    return {"found": float(means[0]), "per mention": float(means[1]), "false share": float(means[2])}


def main() -> None:
    """Print the tables and write them to the results."""
    people = patients()
    planted = power(people, n_draws=N_DRAWS)
    lines = [
        *__doc__.split("\n\n")[1:],
        "",
        *markdown_table(HEADER, rows(people)),
        "",
        f"A theme planted among {N_THEMES - 1} null ones, whose negative mentions come from detractors more often than "
        f"their tone tells ({planted['per mention']:.0f} points per mention beyond the placebo): found in "
        f"{planted['found']:.0%} of {N_DRAWS} draws; false among the listed {planted['false share']:.2f}.",
    ]
    print("\n".join(lines))
    packages = ["nps-insights", "scikit-learn", "numpy"]
    command = "python -m benchmarks.drivers_null_themes"
    write_section("Null themes", command=command, packages=packages, lines=lines)


if __name__ == "__main__":
    main()
