"""Accounts of high risk that the list leaves out because of their category: how many, and what they are worth."""

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.choose import reached, worth_a_call
from nps_insights.churn.decisions.order import in_order
from nps_insights.churn.decisions.settings import GROUPS, DecisionSettings
from nps_insights.tables import conform, empty


def overlooked(rows: pd.DataFrame, settings: DecisionSettings, *, called_already: list[str]) -> pd.DataFrame:
    """Return table `overlooked`: who would be reached if every category competed for the same places.

    Args:
        rows: Accounts that could be called, of every category, in any order: as for `in_order`, with owner and group
            (the category, `silent` where there is none).
        settings: The decision's; earlier lists and the holdout play no part here.
        called_already: Owner of each account that is called whatever the model says.

    Returns:
        One row per category that the list leaves out; empty where there is no risk to go by.
    """
    judged = rows[rows["risk"].notna()]
    left_out = [group for group in GROUPS if group not in settings.categories]
    if judged.empty or not left_out:
        return empty("overlooked")
    judged = judged.iloc[in_order(judged, ranking=settings.ranking)]
    nobody = np.zeros(len(judged), dtype=bool)
    judged = judged[worth_a_call(judged, nobody, settings)]
    nobody = np.zeros(len(judged), dtype=bool)
    high = judged[reached(judged["owner"], nobody, nobody, settings, called_already=called_already)]
    by_group = high.groupby("group")
    sums = by_group[["value", "value_at_risk"]].sum(min_count=1).reindex(left_out)
    table = sums.assign(n=by_group.size().reindex(left_out).fillna(0).astype("int64"))
    # Nobody is worth nothing; of somebody whose value is not known, the worth is not known.
    table[["value", "value_at_risk"]] = table[["value", "value_at_risk"]].mask(table["n"] == 0, 0.0)
    return conform("overlooked", table.rename_axis("category").reset_index())
