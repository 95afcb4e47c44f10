"""The columns of every table: the contract in which the rooms meet.

Ids are strings. Shares lie in 0..1; NPS figures and effects are in points (-100..100).
Columns under the prefix `attribute/` hold what is known of a customer beside the answer (plan, region, ...).
The tables stand by story: `survey_tables.py`, `theme_tables.py`, `driver_tables.py`, `churn_tables.py`, of the watched
number `asked_tables.py`, `issued_tables.py`, `watch_tables.py` and `action_tables.py`, and `run_tables.py`.
"""

from nps_insights.tables.action_tables import ACTION_TABLES
from nps_insights.tables.asked_tables import ASKED_TABLES
from nps_insights.tables.churn_tables import CHURN_TABLES
from nps_insights.tables.columns import Table
from nps_insights.tables.driver_tables import DRIVER_TABLES
from nps_insights.tables.issued_tables import ISSUED_TABLES
from nps_insights.tables.run_tables import RUN_TABLES
from nps_insights.tables.survey_tables import SURVEY_TABLES
from nps_insights.tables.theme_tables import THEME_TABLES
from nps_insights.tables.watch_tables import WATCH_TABLES

_STORIES = (
    SURVEY_TABLES,
    THEME_TABLES,
    DRIVER_TABLES,
    CHURN_TABLES,
    ASKED_TABLES,
    ISSUED_TABLES,
    WATCH_TABLES,
    ACTION_TABLES,
    RUN_TABLES,
)
TABLES: dict[str, Table] = {table.name: table for story in _STORIES for table in story}
