import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import categorize, signed
from nps_insights.tables import SettingsError


def test_every_score_has_its_category() -> None:
    categories = categorize(pd.Series(range(11)))
    assert categories.value_counts().to_dict() == {"detractor": 7, "passive": 2, "promoter": 2}


def test_stated_cuts_on_a_short_scale() -> None:
    assert categorize(pd.Series([1, 3, 4, 5]), detractor_to=3, promoter_from=5).tolist() == [
        "detractor",
        "detractor",
        "passive",
        "promoter",
    ]


def test_overlapping_cuts_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"cuts == \(9, 6\)"):
        categorize(pd.Series([1.0]), detractor_to=9, promoter_from=6)


def test_the_mean_of_signed_is_the_nps() -> None:
    categories = categorize(pd.Series([10] * 50 + [8] * 30 + [2] * 20))
    assert 100 * np.mean(signed(categories)) == pytest.approx(30)
