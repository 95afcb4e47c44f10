"""The door: an export file goes in; validated responses, comments, codes and accounts come out."""

from nps_insights.survey.admit import Admission, admit_survey
from nps_insights.survey.comments import says_nothing
from nps_insights.survey.comments_only import CommentsAdmission, admit_comments
from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, Unpacking
from nps_insights.survey.files.packed_contents import packed_contents, unpacked_stream
from nps_insights.survey.files.parquet_limits import refuse_hostile_parquet
from nps_insights.survey.files.read import RawTable, read_source
from nps_insights.survey.ids.salesforce_ids import with_listed_ids
from nps_insights.survey.inspect import Inspection, inspect_survey
from nps_insights.survey.mapping.aliases import FIELDS
from nps_insights.survey.mapping.columns import ColumnMapping, map_columns
from nps_insights.survey.privacy.forgotten import Forgotten, mark_of
from nps_insights.survey.privacy.forgotten_rows import FORGOTTEN_BY, ON_THEIR_ROWS
from nps_insights.survey.privacy.private_texts import private_errors, private_notes, private_quarantine, redaction_note
from nps_insights.survey.privacy.pseudonym_key import KEY_VARIABLE, PseudonymKey, key_from
from nps_insights.survey.privacy.pseudonyms import is_pseudonym, pseudonym, pseudonyms_of, reversed_ids
from nps_insights.survey.privacy.real_accounts import real_accounts
from nps_insights.survey.redaction import REGIONS, KnownNames, Redacted, known_names, redact
from nps_insights.survey.settings import ScaleRange, SurveySettings, parse_cuts, parse_scale
from nps_insights.survey.sides.accounts import AccountAdmission, admit_accounts
from nps_insights.survey.sides.benchmark import admit_benchmark
from nps_insights.survey.sides.events import admit_events
from nps_insights.survey.sides.invitations import admit_invitations
from nps_insights.survey.sides.outcomes import admit_outcomes
from nps_insights.survey.sides.proxies import proxies
from nps_insights.survey.sides.side_tables import SideAdmission
from nps_insights.survey.sides.usage import admit_usage
from nps_insights.survey.values.dates import DateColumn, parse_dates
from nps_insights.survey.values.kinds import survey_kinds
from nps_insights.survey.values.languages import with_languages
from nps_insights.survey.values.scale import ScaleFinding, scale_findings
from nps_insights.survey.values.scores import parse_scores

__all__ = [
    "FIELDS",
    "FORGOTTEN_BY",
    "KEY_VARIABLE",
    "ON_THEIR_ROWS",
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
