"""The door: an export file goes in; validated responses, comments, codes and accounts come out."""

from nps_insights.survey.accounts import AccountAdmission, admit_accounts
from nps_insights.survey.admit import Admission, admit_survey
from nps_insights.survey.aliases import FIELDS
from nps_insights.survey.benchmark import admit_benchmark
from nps_insights.survey.columns import ColumnMapping, map_columns
from nps_insights.survey.comments import says_nothing
from nps_insights.survey.comments_only import CommentsAdmission, admit_comments
from nps_insights.survey.dates import DateColumn, parse_dates
from nps_insights.survey.events import admit_events
from nps_insights.survey.forgotten import Forgotten, mark_of
from nps_insights.survey.forgotten_rows import FORGOTTEN_BY
from nps_insights.survey.inspect import Inspection, inspect_survey
from nps_insights.survey.invitations import admit_invitations
from nps_insights.survey.kinds import survey_kinds
from nps_insights.survey.languages import with_languages
from nps_insights.survey.limits import USUAL_LIMITS, Limits, Unpacking
from nps_insights.survey.outcomes import admit_outcomes
from nps_insights.survey.packed_contents import packed_contents, unpacked_stream
from nps_insights.survey.parquet_limits import refuse_hostile_parquet
from nps_insights.survey.private_texts import private_errors, private_notes, private_quarantine, redaction_note
from nps_insights.survey.proxies import proxies
from nps_insights.survey.pseudonym_key import KEY_VARIABLE, PseudonymKey, key_from
from nps_insights.survey.pseudonyms import is_pseudonym, pseudonym, pseudonyms_of, reversed_ids
from nps_insights.survey.read import RawTable, read_source
from nps_insights.survey.real_accounts import real_accounts
from nps_insights.survey.redaction import REGIONS, KnownNames, Redacted, known_names, redact
from nps_insights.survey.salesforce_ids import with_listed_ids
from nps_insights.survey.scale import ScaleFinding, scale_findings
from nps_insights.survey.scores import parse_scores
from nps_insights.survey.settings import ScaleRange, SurveySettings, parse_cuts, parse_scale
from nps_insights.survey.side_tables import SideAdmission
from nps_insights.survey.usage import admit_usage

__all__ = [
    "FIELDS",
    "FORGOTTEN_BY",
    "KEY_VARIABLE",
    "REGIONS",
    "USUAL_LIMITS",
    "AccountAdmission",
    "Admission",
    "ColumnMapping",
    "CommentsAdmission",
    "DateColumn",
    "Forgotten",
    "Inspection",
    "KnownNames",
    "Limits",
    "PseudonymKey",
    "RawTable",
    "Redacted",
    "ScaleFinding",
    "ScaleRange",
    "SideAdmission",
    "SurveySettings",
    "Unpacking",
    "admit_accounts",
    "admit_benchmark",
    "admit_comments",
    "admit_events",
    "admit_invitations",
    "admit_outcomes",
    "admit_survey",
    "admit_usage",
    "inspect_survey",
    "is_pseudonym",
    "key_from",
    "known_names",
    "map_columns",
    "mark_of",
    "packed_contents",
    "parse_cuts",
    "parse_dates",
    "parse_scale",
    "parse_scores",
    "private_errors",
    "private_notes",
    "private_quarantine",
    "proxies",
    "pseudonym",
    "pseudonyms_of",
    "read_source",
    "real_accounts",
    "redact",
    "redaction_note",
    "refuse_hostile_parquet",
    "reversed_ids",
    "says_nothing",
    "scale_findings",
    "survey_kinds",
    "unpacked_stream",
    "with_languages",
    "with_listed_ids",
]
