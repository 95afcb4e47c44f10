import tomllib

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score
from sklearn.metrics import log_loss as sklearn_log_loss

from nps_insights.drivers import code_presence
from nps_insights.drivers.category.card import category_card
from nps_insights.drivers.category.closest import closest_customers
from nps_insights.drivers.category.cross_fit import TrainingRows, out_of_fold
from nps_insights.drivers.category.fit import FittedCategory, fit_category_model
from nps_insights.drivers.category.folds import accounts_of, whole_accounts
from nps_insights.drivers.category.frame import CategoryColumns, category_frame, columns_of
from nps_insights.drivers.category.models import base_rate_model, category_model, text_model
from nps_insights.drivers.category.quality import Draws, account_sets, category_scores, quality
from nps_insights.metrics import categorize, fold_of
from nps_insights.simulate.planted import PLANTED_THEMES, planted_world
from nps_insights.tables import CATEGORIES, SettingsError

Survey = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def survey(n: int, *, random_state: int, null: bool = False) -> Survey:
    """A planted world with plan, seats and words; with `null`, nothing tells the category."""
    world = planted_world(n, random_state=random_state)
    rng = np.random.default_rng(random_state)
    plan, seats = rng.choice(["Basic", "Pro"], size=n), rng.normal(50, 10, size=n)
    if not null:
        world["score"] = (world["score"] + 1.5 * (plan == "Pro") - 1).clip(0, 10)
    if null:
        world["score"] = rng.permutation(world["score"])
    responses = pd.DataFrame(
        {
            "response_id": world["response_id"],
            "account_id": [f"a{i}" for i in rng.integers(n // 2, size=n)],
            "responded_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(90, size=n), unit="D"),
            "category": categorize(world["score"]),
            "attribute/plan": plan,
            "attribute/seats": seats,
        }
    )
    words = [" ".join(f"word{t}" for t in PLANTED_THEMES if row[t]) or "nothing more" for _, row in world.iterrows()]
    comments = pd.DataFrame(
        {"comment_id": world["response_id"], "response_id": world["response_id"], "text": words, "says_nothing": False}
    )
    codes = world.melt(id_vars="response_id", value_vars=list(PLANTED_THEMES), var_name="code")
    return responses, comments, code_presence(codes[codes["value"].astype(bool)])


@pytest.fixture(scope="module")
def planted() -> Survey:
    return survey(1800, random_state=1)


@pytest.fixture(scope="module")
def fitted(planted: Survey) -> FittedCategory:
    return fit_category_model(*planted, attributes=["plan", "seats"], n_draws=300)


def scores_of(fitted: FittedCategory, metric: str) -> pd.DataFrame:
    return fitted.scores[fitted.scores["metric"] == metric].set_index("model")


def test_probabilities_are_shares_that_sum_to_one(planted: Survey, fitted: FittedCategory) -> None:
    probabilities = fitted.probabilities[list(CATEGORIES)]
    np.testing.assert_allclose(probabilities.sum(axis="columns"), 1, atol=1e-12)
    assert probabilities.to_numpy().min() > 0
    read = category_frame(*planted, fitted.columns)
    np.testing.assert_allclose(fitted.pipeline.predict_proba(read).sum(axis=1), 1, atol=1e-12)
    assert fitted.pipeline.classes_.tolist() == list(CATEGORIES)
    assert fitted.probabilities["response_id"].tolist() == read.index.tolist()


def test_probabilities_are_what_happens(fitted: FittedCategory) -> None:
    observed = fitted.probabilities["category"].value_counts(normalize=True)
    predicted = fitted.probabilities[list(CATEGORIES)].mean()
    np.testing.assert_allclose(predicted, observed[list(CATEGORIES)], atol=0.005)
    assert scores_of(fitted, "calibration_error").loc["themes_and_attributes", "estimate"] < 0.03
    sure = fitted.probabilities.query("promoter > 0.5")
    assert len(sure) > 150
    assert (sure["category"] == "promoter").mean() == pytest.approx(sure["promoter"].mean(), abs=0.06)


def test_what_matters_beats_the_shares_and_its_parts(fitted: FittedCategory) -> None:
    gains = fitted.gains.set_index("model")
    assert set(gains.index) == {"base_rate", "attributes", "themes", "text"}
    assert (gains["conf_low"] > 0).all()
    losses = scores_of(fitted, "log_loss")["estimate"]
    assert losses["themes_and_attributes"] < losses["themes"] < losses["base_rate"]
    np.testing.assert_allclose(gains["estimate"], losses[gains.index] - losses["themes_and_attributes"])
    assert scores_of(fitted, "weighted_kappa").loc["themes_and_attributes", "conf_low"] > 0.3
    assert fitted.notes[0].startswith("Themes and attributes tell the categories of unseen customers better")


def test_what_does_not_matter_is_not_sold(planted: Survey) -> None:
    verdicts, gained, said = [], [], []
    for seed in range(2):
        null = fit_category_model(
            *survey(800, random_state=20 + seed, null=True), attributes=["plan", "seats"], n_draws=200, most_texts=1
        )
        gained.append(null.gains.set_index("model").loc["base_rate", "estimate"])
        verdicts.append("use the category model for nothing yet" in null.notes[0])
        said.append(null.probabilities[list(CATEGORIES)].std().max())
    assert all(verdicts)
    # Everybody gets about the shares of the categories: neither one third each nor confident nonsense.
    assert min(gained) > -0.02
    assert max(said) < 0.06


def test_one_account_is_never_on_both_sides() -> None:
    rng = np.random.default_rng(0)
    accounts = pd.Series([f"a{i}" for i in rng.integers(150, size=600)])
    folds = fold_of(accounts)
    seen: list[tuple[frozenset[str], frozenset[str]]] = []

    class Watching:
        def __init__(self, folds: object) -> None:
            self.folds = folds

        def fit(self, read: pd.DataFrame, category: np.ndarray) -> "Watching":
            self.trained = frozenset(read["account"])
            for train, test in self.folds.split():
                seen.append((frozenset(read["account"].iloc[train]), frozenset(read["account"].iloc[test])))
            return self

        def predict_proba(self, read: pd.DataFrame) -> np.ndarray:
            seen.append((self.trained, frozenset(read["account"])))
            return np.full((len(read), 3), 1 / 3)

    read = pd.DataFrame({"account": accounts})
    predicted = out_of_fold(Watching, TrainingRows(read, rng.choice(CATEGORIES, size=600), accounts, folds))
    assert not np.isnan(predicted).any()
    # Five folds judged, and four calibrated within each of them.
    assert len(seen) == 25
    assert all(not train & test for train, test in seen)


def test_an_account_that_says_its_own_category_teaches_nothing_of_others() -> None:
    responses, comments, presence = survey(300, random_state=3, null=True)
    own = dict(zip(responses["account_id"], responses["category"], strict=True))
    responses["category"] = responses["account_id"].map(own)
    marks = presence.assign(
        driver_id="code/" + presence["response_id"].map(responses.set_index("response_id").account_id)
    )
    fit = fit_category_model(responses, comments, marks, attributes=["plan"], min_present=2, n_draws=100, most_texts=1)
    assert fit.gains.set_index("model").loc["base_rate", "estimate"] < 0.02


def test_row_order_changes_nothing(planted: Survey) -> None:
    small = [frame[frame["response_id"] < "r0400"] for frame in planted]
    straight = fit_category_model(*small, attributes=["plan", "seats"], n_draws=100)
    mixed = fit_category_model(
        *(frame.sample(frac=1, random_state=0) for frame in small), attributes=["plan", "seats"], n_draws=100
    )
    pd.testing.assert_frame_equal(straight.scores, mixed.scores, check_exact=True)
    pd.testing.assert_frame_equal(straight.probabilities, mixed.probabilities, check_exact=True)
    read = category_frame(*small, straight.columns)
    np.testing.assert_array_equal(straight.pipeline.predict_proba(read), mixed.pipeline.predict_proba(read[::-1])[::-1])


def test_silent_customers_are_not_in_it(planted: Survey) -> None:
    responses, comments, presence = planted
    silent = comments["response_id"] > "r0900"
    fit = fit_category_model(responses, comments.assign(says_nothing=silent), presence, n_draws=50, most_texts=1)
    assert len(fit.probabilities) == (~silent).sum()
    assert fit.notes[0].startswith("Themes tell the categories")


def test_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    probabilities = rng.dirichlet([2, 1, 3], size=400)
    actual = rng.integers(3, size=400)
    accounts = pd.Series([f"a{i}" for i in rng.integers(100, size=400)])
    draws = Draws(account_sets(accounts), n_draws=20, random_state=0)
    figures = {name: value for name, (value, _) in quality(probabilities, actual, draws).items()}
    said = probabilities.argmax(axis=1)
    assert figures["log_loss"] == pytest.approx(sklearn_log_loss(actual, probabilities))
    assert figures["macro_f1"] == pytest.approx(f1_score(actual, said, average="macro"))
    assert figures["weighted_kappa"] == pytest.approx(cohen_kappa_score(actual, said, weights="quadratic"))


def test_intervals_know_that_answers_of_an_account_are_alike() -> None:
    rng = np.random.default_rng(6)
    probabilities = np.repeat(rng.dirichlet([2, 1, 3], size=60), 10, axis=0)
    actual = np.repeat(rng.choice(CATEGORIES, size=60), 10)
    settings = {"actual": actual, "n_draws": 400, "random_state": 0}
    widths = []
    for accounts in (pd.Series(np.repeat(np.arange(60), 10).astype(str)), pd.Series(np.arange(600).astype(str))):
        row = category_scores({"themes": probabilities}, accounts=accounts, **settings).set_index("metric")
        widths.append(row.loc["log_loss", "conf_high"] - row.loc["log_loss", "conf_low"])
    assert 2.5 < widths[0] / widths[1] < 4.0


def test_the_calibration_error_is_that_of_the_probabilities_and_not_of_chance() -> None:
    rng = np.random.default_rng(7)
    alone = pd.Series(np.arange(2000).astype(str))
    found: dict[str, list[float]] = {"true": [], "shifted": []}
    for seed in range(10):
        probabilities = rng.dirichlet([2, 2, 2], size=2000)
        actual = (probabilities.cumsum(axis=1) < rng.random((2000, 1))).sum(axis=1)
        draws = Draws(account_sets(alone), n_draws=100, random_state=seed)
        # Ten points taken from one category and given to another: root of (.1^2 + .1^2) / 3.
        wrong = probabilities + np.array([0.1, 0.0, -0.1])
        for name, given in (("true", probabilities), ("shifted", wrong)):
            found[name].append(quality(given, actual, draws)["calibration_error"][0])
    assert np.mean(found["true"]) < 0.015
    assert np.mean(found["shifted"]) == pytest.approx(np.sqrt(0.02 / 3), abs=0.01)


def test_unknown_levels_and_missing_values_have_a_place(planted: Survey, fitted: FittedCategory) -> None:
    read = category_frame(*planted, fitted.columns)
    odd = read[:3].assign(**{"attribute/plan": ["Trial", None, "Pro"], "attribute/seats": [np.nan, 50.0, 50.0]})
    probabilities = fitted.pipeline.predict_proba(odd)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    # A plan that nobody had is neither of the known ones.
    alike = read[:1].assign(**{"attribute/plan": [None], "attribute/seats": [read["attribute/seats"].median()]})
    np.testing.assert_allclose(probabilities[:1], fitted.pipeline.predict_proba(alike))


def test_a_missing_column_is_refused_by_name(planted: Survey, fitted: FittedCategory) -> None:
    responses, comments, presence = planted
    with pytest.raises(SettingsError, match="attribute plan: no such column, and the category model reads it"):
        category_frame(responses.drop(columns="attribute/plan"), comments, presence, fitted.columns)
    with pytest.raises(
        SettingsError, match="attribute seats: the category model reads numbers there, and it holds 'x'"
    ):
        category_frame(responses.assign(**{"attribute/seats": "x"}), comments, presence, fitted.columns)
    with pytest.raises(SettingsError, match="'region': no such column; the responses have plan, seats"):
        fit_category_model(responses, comments, presence, attributes=["region"])
    with pytest.raises(ValueError, match="attribute/plan"):
        fitted.pipeline.predict(category_frame(*planted, fitted.columns).drop(columns="attribute/plan"))


def test_a_theme_that_nobody_mentions_now_is_absent(planted: Survey, fitted: FittedCategory) -> None:
    responses, comments, presence = planted
    read = category_frame(responses, comments, presence[presence["driver_id"] != "code/A"], columns_of(fitted.pipeline))
    assert read.columns.tolist() == fitted.columns.names
    assert not read["code/A"].any()


def test_every_factory_returns_a_plain_classifier(planted: Survey) -> None:
    responses, comments, presence = planted
    columns = CategoryColumns(("code/A", "code/C"), ("plan",), ("seats",))
    read = category_frame(responses[:300], comments[:300], presence, columns)
    category = responses["category"][:300]
    own = category_model(themes=columns.themes, texts=columns.texts, numbers=columns.numbers)
    for model, seen in ((own, read), (base_rate_model(), read), (text_model(), comments["text"][:300])):
        assert model.fit(seen, category).predict_proba(seen).shape == (300, 3)
    assert columns_of(own) == columns


def test_an_unusable_attribute_is_left_out_and_said(planted: Survey) -> None:
    responses, comments, presence = planted
    odd = responses.assign(**{"attribute/email": responses["response_id"] + "@example.com"})[:400]
    fit = fit_category_model(odd, comments, presence, attributes=["email", "plan"], n_draws=50, most_texts=1)
    assert fit.columns.texts == ("plan",)
    assert any(note.startswith("The attribute email is not in the category model: ") for note in fit.notes)


def test_too_few_responses_give_no_model_and_say_so(planted: Survey) -> None:
    responses, comments, presence = planted
    fit = fit_category_model(responses[:60], comments, presence, attributes=["plan"])
    assert fit.pipeline is None
    assert fit.scores.empty
    assert fit.probabilities.empty
    assert "each category needs at least 30 responses with a usable comment from at least 10 accounts" in fit.notes[0]
    assert closest_customers(fit.probabilities, responses).empty
    with pytest.raises(SettingsError, match="a card needs a fitted model"):
        category_card(fit, responses, version="nps_category@1", source="survey.csv")


def test_the_words_are_read_from_a_sample_of_whole_accounts(planted: Survey) -> None:
    fit = fit_category_model(*planted, n_draws=50, most_texts=900)
    n = scores_of(fit, "log_loss")["n"]
    assert 800 < n["text"] <= 900 < n["themes_and_attributes"] == 1800
    assert fit.gains.set_index("model").loc["text", "n"] == n["text"]
    assert any(f"judged on {n['text']:,} of 1,800 responses" in note for note in fit.notes)
    accounts = accounts_of(planted[0])
    read = whole_accounts(accounts, 900)
    assert not set(accounts[read]) & set(accounts[~read])


def customers() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        # response, contact, account, day, category, P(promoter)
        ("r1", "c1", "a1", 1, "passive", 0.9),
        ("r2", "c1", "a1", 2, "passive", 0.3),
        ("r3", "c2", "a1", 1, "passive", 0.7),
        ("r4", None, "a2", 1, "promoter", 0.2),
        ("r5", None, "a2", 2, "promoter", 0.8),
        ("r6", None, None, 1, "promoter", 0.1),
        ("r7", None, None, 1, "detractor", 0.9),
        ("r8", "c3", "a3", 1, "passive", 0.8),
        ("r9", "c3", "a3", 5, "passive", np.nan),
    ]
    names = ["response_id", "contact_id", "account_id", "day", "category", "promoter"]
    frame = pd.DataFrame(rows, columns=names)
    frame["responded_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    probabilities = frame.dropna(subset=["promoter"]).assign(detractor=0.0, passive=lambda rows: 1 - rows["promoter"])
    return probabilities.drop(columns=["contact_id", "responded_at"]), frame.drop(columns="promoter")


def test_the_closest_are_each_customers_latest_answer_in_order() -> None:
    closest = closest_customers(*customers())
    assert closest.set_index(["category", "rank"])["response_id"].to_dict() == {
        ("passive", 1): "r3",
        ("passive", 2): "r2",
        ("promoter", 1): "r6",
        ("promoter", 2): "r5",
    }
    assert closest.set_index("response_id")["probability"].round(6).to_dict() == {
        "r2": 0.3,
        "r3": 0.7,
        "r5": 0.2,
        "r6": 0.9,
    }
    assert closest_customers(*customers(), most=1)["rank"].tolist() == [1, 1]
    with pytest.raises(SettingsError, match="most == 0"):
        closest_customers(*customers(), most=0)


def test_a_planted_near_promoter_comes_first(planted: Survey) -> None:
    responses, comments, presence = (frame.copy() for frame in planted)
    # A passive who mentions only what delights, and a promoter who mentions only what harms.
    near, slipping = (responses.index[responses["category"] == name][0] for name in ("passive", "promoter"))
    ids = responses.loc[[near, slipping], "response_id"]
    responses.loc[[near, slipping], "account_id"] = ["planted near", "planted slipping"]
    responses.loc[[near, slipping], "attribute/plan"] = ["Pro", "Basic"]
    own = {ids.iloc[0]: ["C"], ids.iloc[1]: ["A", "D", "F"]}
    codes = pd.DataFrame([(one, code) for one, every in own.items() for code in every], columns=["response_id", "code"])
    presence = pd.concat([presence[~presence["response_id"].isin(ids)], code_presence(codes)])
    fit = fit_category_model(responses, comments, presence, attributes=["plan"], n_draws=50, most_texts=1)
    closest = closest_customers(fit.probabilities, responses, most=2000)
    top = closest.set_index("response_id").loc[ids]
    best = closest.groupby("category")["probability"].max()
    # Others with the same themes and plan stand beside them; folds differ a little.
    assert top["probability"].tolist() == pytest.approx([best["passive"], best["promoter"]], abs=0.05)


def test_the_card_says_what_it_is_and_what_it_is_not(planted: Survey, fitted: FittedCategory) -> None:
    card = category_card(
        fitted, planted[0], version="nps_category@3", source="planted.csv", themes_version="themes@2", simulated=True
    )
    spec = tomllib.loads(card.spec_toml)
    assert spec["model"]["version"] == "nps_category@3"
    assert spec["columns"] == {
        "themes": {f"code/{name}": name for name in PLANTED_THEMES},
        "texts": ["plan"],
        "numbers": ["seats"],
    }
    data = spec["data"]
    assert data["n_detractors"] + data["n_passives"] + data["n_promoters"] == data["n_responses"] == 1800
    assert str(data["first_answer"]) == "2026-01-01"
    estimate, low, high = spec["scores"]["themes_and_attributes"]["log_loss"]
    assert low < estimate < high
    for said in ("simulated", "planted.csv", "must not be used for", f"{estimate:.3f} ({low:.3f} to {high:.3f})"):
        assert said in card.card_md
    assert max(len(line) for line in card.card_md.splitlines() if not line.startswith("|")) <= 120
