"""Believable tables of the watched number for the tests of the report: a drop in one product, targets, lists, money."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import pandas as pd
from report_tables import built_once, facts_example, report_example

from nps_insights.report import ReportFacts
from nps_insights.report.inputs import report_tables

BEFORE = {"before_start": "2026-01-01", "before_end": "2026-03-31"}
AFTER = {"after_start": "2026-04-01", "after_end": "2026-06-30"}
DROP = -9.0


@built_once
def watched_tables() -> dict[str, pd.DataFrame]:
    """Every table that stands beside the ones of before."""
    return {
        "series": series(),
        "account_scores": account_scores(),
        "change_points": change_points(),
        "alerts": alerts(),
        "traces": traces(),
        "period_events": period_events(),
        "comparability": comparability(),
        "targets": targets(),
        "target_path": target_path(),
        "nonresponse": nonresponse(),
        "invitation_audit": invitation_audit(),
        "silent_accounts": silent_accounts(),
        "account_mix": account_mix(),
        "agents": agents(),
        "restatements": restatements(),
        "actions": actions(),
        "action_lists": action_lists(),
        "money": money(),
        "closed_loop": closed_loop(),
    }


@cache
def conformed() -> Mapping[str, pd.DataFrame]:
    """The watched tables as a report reads them; whoever changes one takes a copy."""
    return report_tables(watched_tables())


@cache
def absent() -> Mapping[str, pd.DataFrame]:
    """What a report reads where nothing is there."""
    return report_tables({})


def changed_to(**changed: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The watched tables with some of them others."""
    if not changed:
        return dict(conformed())
    others = report_tables(changed)
    return dict(conformed()) | {name: others[name] for name in changed}


def watched_example() -> dict[str, pd.DataFrame]:
    return report_example() | watched_tables()


def watched_facts(headline: str = "nps") -> ReportFacts:
    said = {"2026-01-01": "Yes, after adjusting for more sms answers (2 of the 7 points).", "2025-04-01": "Yes."}
    facts = facts_example()
    return ReportFacts(**{**vars(facts), "comparable": said, "headline": headline, "as_of": date(2026, 6, 30)})


def ranged(value: float, half: float) -> dict[str, float]:
    return {"estimate": value, "conf_low": value - half, "conf_high": value + half}


def days(frame: pd.DataFrame) -> pd.DataFrame:
    dated = [name for name in frame.columns if name.endswith(("_at", "_start", "_end")) or name == "at"]
    return frame.assign(**{name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in dated})


def series() -> pd.DataFrame:
    rows = []
    for at in range(6):
        start = pd.Timestamp("2025-01-01") + pd.DateOffset(months=3 * at)
        when = {"period_start": start, "period_end": start + pd.DateOffset(months=3) - pd.Timedelta(days=1)}
        whole = {"n": 600, "n_eff": 600.0, "too_small": False, "finished": True, "by": "", "group": ""}
        rows += [whole | when | {"metric": name} | ranged(30 - 2 * at, 5) for name in ("nps", "nps_account")]
    return days(pd.DataFrame(rows))


def account_scores() -> pd.DataFrame:
    whole = {"by": "", "group": "", "n": 4800, "n_eff": 900.0, "too_small": False}
    rows = [{"metric": "nps_account", "reason": ""} | ranged(12, 5), {"metric": "nps_revenue"} | ranged(37, 9)]
    return pd.DataFrame([whole | row for row in rows]).assign(reason=["", "18 accounts have no value."])


def alert(by: str, group: str, severity: str, status: str, value: float, metric: str = "nps") -> dict[str, object]:
    share = metric == "theme_share"
    figures = {"before_estimate": 0.1 if share else 30.0, "after_estimate": (0.1 if share else 30.0) + value}
    names = {"metric": metric, "by": by, "group": group, "label": "late delivery" if share else group}
    told = f"{group or 'NPS'} moved ({value:.2f}), from Q1 2026 to Q2 2026; answers of product Router."
    rest = {"n_before": 596, "n": 644, "p_value": 0.001, "q_value": 0.01, "reason": told}
    direction = "drop" if value < 0 else "rise"
    half = 0.04 if share else 4.0
    return names | BEFORE | AFTER | figures | rest | ranged(value, half) | {
        "direction": direction, "severity": severity, "status": status,
    }  # fmt: skip


def alerts() -> pd.DataFrame:
    rows = [
        alert("theme_id", "t01", "critical", "raised", 0.08, "theme_share"),
        alert("product", "Router", "critical", "raised", -27.0),
        alert("", "", "critical", "raised", DROP),
        alert("region", "North", "notice", "raised", -12.0),
        alert("region", "South", "warning", "raised", -14.0),
        alert("region", "West", "critical", "known", -15.0),
        alert("plan", "Basic", "critical", "quiet", -4.5),
    ]
    return days(pd.DataFrame(rows))


def traces() -> pd.DataFrame:
    """Parts of each column that add up to the drop."""
    parts = {
        "product": [
            ("rate", "Router", -8.26, 1.4, 0.001),
            ("rate", "Phone", -0.33, 2.0, 0.6),
            ("mix", "Router", -0.41, 0.9, 0.8),
        ],
        "region": [("rate", "North", -5.0, 2.4, 0.5), ("rate", "South", -4.0, 4.4, 0.5)],
        "theme": [
            ("mix", "t01", -3.2, 1.1, 0.02),
            ("mix", "(commented)", 0.4, 0.9, 0.7),
            ("rest", "", -6.2, 2.0, 0.01),
        ],
    }
    rows = []
    for dimension, own in parts.items():
        for rank, (part, group, value, half, q) in enumerate(own, 1):
            label = "late delivery" if group == "t01" else group
            names = {"dimension": dimension, "part": part, "part_group": group, "label": label, "rank": rank}
            rows.append({"metric": "nps", "by": "", "group": "", "q_value": q} | names | ranged(value, half))
    return days(pd.DataFrame(rows).assign(**BEFORE, **AFTER))


def change_points() -> pd.DataFrame:
    row = {"metric": "nps", "by": "", "group": "", "before_estimate": 30.0, "after_estimate": 21.0, "p_value": None}
    row |= {"n_before": 4000, "n": 644, "direction": "drop", "at": "2026-04-01", "found_at": "2026-04-01"}
    rise = {"metric": "theme_share", "by": "theme_id", "group": "t01", "before_estimate": 0.1, "after_estimate": 0.18}
    return days(pd.DataFrame([row | ranged(DROP, 4), row | rise | ranged(0.08, 0.04) | {"direction": "rise"}]))


def period_events() -> pd.DataFrame:
    row = {"event_at": "2026-02-10", "ended_at": "2026-05-01", "label": "New router firmware", "kind": "release"}
    periods = [("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30")]
    return days(pd.DataFrame([row | {"period_start": start, "period_end": end} for start, end in periods]))


def comparability() -> pd.DataFrame:
    rows = []
    for start, end in (("2026-01-01", "2026-03-31"), ("2025-04-01", "2025-06-30")):
        found = [("channel", "", "adjusted"), ("wording", "", "same"), ("trigger", "", "not_known")]
        for check, group, result in [*found, ("customer_mix", "plan", "same")]:
            told = {"before": "email 90 %", "after": "email 60 %", "reason": f"The {check}: -2.0 of -7.1 points."}
            own = {"check": check, "group": group, "result": result, "before_start": start, "before_end": end}
            rows.append(own | told | AFTER | ranged(-2, 1))
    return days(pd.DataFrame(rows))


def targets() -> pd.DataFrame:
    figures = {
        "metric": "nps", "by": "", "group": "", "target": 40.0, "due_at": "2027-12-31", "as_of": "2026-07-01",
        "per": "quarter", "baseline": 20.0, "baseline_at": "2025-01-01", "n": 644, "progress": 0.4,
        "progress_low": 0.1, "progress_high": 0.7, "pace": 1.6, "pace_low": 0.4, "pace_high": 2.8, "needed_pace": 2.0,
        "expected": 33.0, "expected_low": 22.0, "expected_high": 44.0, "probability": 0.22, "detectable": 8.0,
        "responses_needed": 0, "verdict": "open", "reason": "Open: +28 in Q2 2026, 40 % of the way.",
        "realistic": "yes", "realistic_because": "Realistic: the best of the history is +15.",
    }  # fmt: skip
    done = {"name": "Fewer detractors", "metric": "detractor", "by": "plan", "group": "Pro", "target": 0.1}
    done |= {"verdict": "reached", "probability": None, "expected": None, "baseline": 0.2, "pace": -0.01}
    early = {"name": "Plan Basic", "by": "plan", "group": "Basic", "verdict": "not_known", "probability": None}
    rows = [{"name": "Company"} | figures | ranged(28, 4), figures | done | ranged(0.08, 0.02)]
    return days(pd.DataFrame([*rows, figures | early | ranged(3, 9)])).assign(as_of=pd.Timestamp("2026-07-01"))


def target_path() -> pd.DataFrame:
    rows = []
    for at in range(12):
        start = pd.Timestamp("2025-01-01") + pd.DateOffset(months=3 * at)
        kind = "measured" if at < 6 else "expected"
        when = {"period_start": start, "period_end": start + pd.DateOffset(months=3) - pd.Timedelta(days=1)}
        rows.append({"name": "Company", "kind": kind, "planned": 20.0 + 1.8 * at} | when | ranged(22 + at, 4 + at))
    return days(pd.DataFrame(rows))


def nonresponse() -> pd.DataFrame:
    whole = {"by": "", "group": "", "n_invited": 9879, "n": 2880, "nps": 26.1, "too_small": False}
    bounds = {"bound_low": -63.2, "bound_high": 78.5}
    groups = [{"by": "plan", "group": name, "n_invited": 30 if name == "Trial" else 3000} for name in ("Pro", "Trial")]
    rows = [whole | bounds, *(whole | bounds | group for group in groups)]
    return pd.DataFrame(rows).assign(estimate=0.29, conf_low=0.28, conf_high=0.3, too_small=[False, False, True])


def silent_accounts() -> pd.DataFrame:
    rows = range(1, 34)
    return days(pd.DataFrame({
        "account_id": [f"silent-{at:02}" for at in rows], "rank": list(rows), "value": [50_000.0 / at for at in rows],
        "n_invited": 3, "last_sent_at": "2026-05-01", "account_name": [f"Ltd {at}" for at in rows], "owner": "Ann",
    }))  # fmt: skip


def invitation_audit() -> pd.DataFrame:
    rows = [
        ("asked_again", "", "", 0.08, True, "80 of 1000 people were asked again within 90 days"),
        ("response_rate", "invitation_number", "1", 0.31, False, "31.0 % of 5000 were answered"),
        ("answer_delay", "quantile", "median", 2.0, False, "50 % of 2880 answers came within 2.0 days"),
        ("agent_response_rate", "agent_id", "AG1", 0.9, True, "of unhappy customers few are asked"),
        ("agent_response_rate", "agent_id", "AG2", 0.3, False, "as others"),
    ]
    names = ["check", "by", "group", "estimate", "suspicious", "reason"]
    frame = pd.DataFrame(rows, columns=names).assign(n=1000, q_value=None)
    return frame.assign(conf_low=0.9 * frame["estimate"], conf_high=1.1 * frame["estimate"])


def account_mix() -> pd.DataFrame:
    rows = [
        ("account_coverage", "", 0.79, "888 of 1121 active accounts answered."),
        ("effective_accounts", "nps_revenue", 41.3, "900 accounts weigh as much as 41.3 equal ones."),
        ("swing", "nps_revenue", -6.4, "Without a-17 nps_revenue would be 30.6 instead of 37.0."),
        ("role_mix", "Owner", 0.18, "522 of 2880 answers."),
    ]
    frame = pd.DataFrame(rows, columns=["fact", "group", "estimate", "reason"]).assign(n=900)
    return frame.assign(conf_low=frame["estimate"] - 0.02, conf_high=frame["estimate"] + 0.02)


def agents() -> pd.DataFrame:
    judged = {"too_small": False, "reason": ""}
    rows = [
        {"agent_id": "AG1", "raw": 61.0, "reliability": 0.5, "n": 60, "differs": False} | judged | ranged(42, 12),
        {"agent_id": "AG2", "raw": -31.0, "reliability": 0.6, "n": 80, "differs": True} | judged | ranged(-8, 10),
        {"agent_id": "AG3", "raw": 99.0, "reliability": None, "n": 12, "differs": False}
        | {"too_small": True, "reason": "12 answers; at least 30 are needed"},
    ]
    return pd.DataFrame(rows)


def restatements() -> pd.DataFrame:
    row = {"published_at": "2026-04-05", "survey": "", "by": "", "group": "", "period_start": "2026-01-01"}
    parts = {"late_answers": 3.1, "changed_answers": 0.0, "theme_edits": 0.0, "settings": -0.6, "unexplained": 0.0}
    score = {"metric": "nps", "published": 21.9, "now": 24.4, "difference": 2.5, "n_late": 47, "n_changed": 0}
    rest = {"period_end": "2026-03-31", "reason": "nps: 47 late answers"}
    share = {"metric": "promoter", "published": 0.5, "now": None, "difference": None, "late_answers": None}
    return days(pd.DataFrame([row | parts | score | rest, row | parts | score | rest | share]))


def actions() -> pd.DataFrame:
    rows = []
    for action, category in (("call", "detractor"), ("convert", "passive"), ("refer", "promoter")):
        for at in range(1, 24):
            named = {"theme_id": "t01", "theme_label": "late delivery", "theme_owner": "Logistics"}
            theme = named if action == "convert" and at % 2 else dict.fromkeys(named)
            who = {"action": action, "account_id": f"{action}-{at:02}", "rank": at, "category": category}
            told = {
                "reason": f"score of {at % 10}",
                "account_name": f"Firm {at}",
                "owner": "Ann",
                "due_at": "2026-07-05",
            }
            gain = 900.0 / at if action == "call" else 0.6
            worth = {"value": 90_000.0 / at, "expected_gain": gain, "suppressed_because": ""}
            rows.append(who | theme | told | worth | {"contacted_at": "2026-06-20" if at == 2 else None})
    left_alone = {"action": "call", "account_id": "left-alone", "rank": None, "suppressed_because": "opted out"}
    return days(pd.DataFrame([*rows, left_alone | {"reason": ""}]).assign(
        closed_at=None, gain_low=None, gain_high=None, proposed_at="2026-07-01"
    ))  # fmt: skip


def action_lists() -> pd.DataFrame:
    rows = [
        ("refer", "promoters who agree", 23, 0, 15.0, 7.0, "As stated: 30% of those asked agree."),
        ("call", "value at risk", 23, 1, 48_000.0, 9000.0, "Value expected to leave if nothing is done."),
        ("call", "retained value less costs", 23, 1, 19_500.0, 8000.0, "Value expected to be kept by calls."),
        ("convert", "promoters", 23, 0, 12.0, 4.0, "How many would be promoters if each were one as often."),
    ]
    frame = pd.DataFrame(rows, columns=["action", "unit", "n", "n_suppressed", "estimate", "half", "reason"])
    low, high = frame["estimate"] - frame["half"], frame["estimate"] + frame["half"]
    return frame.assign(conf_low=low, conf_high=high, value=336_000.0).drop(columns="half")


def money() -> pd.DataFrame:
    rows = []
    for category, value in {"detractor": 2.4e6, "passive": 5.3e6, "promoter": 7.9e6, "all": 17.9e6}.items():
        own = {"category": category, "n": 227, "reason": "Value of the customers."}
        rows += [own | {"metric": "value"} | ranged(value, 4e5)]
        rows += [own | {"metric": "revenue_at_risk"} | ranged(value / 10, 4e4)]
    gap = {"category": "promoter", "n": 626, "reason": "Alike in tenure; associated with the answer."}
    rows.append(gap | {"metric": "retention_difference"} | ranged(0.02, 0.03))
    return pd.DataFrame([*rows, gap | {"metric": "value_difference"} | ranged(4800, 3700)])


def closed_loop() -> pd.DataFrame:
    rows = [
        ("contacted", "", 0.5, 0.04),
        ("days_to_contact", "", 13.0, 1.0),
        ("recovered", "comparable", 0.63, 0.1),
        ("recovered", "contacted", 0.8, 0.08),
        ("recovered", "difference", 0.17, 0.13),
    ]
    frame = pd.DataFrame([{"metric": name, "group": group} | ranged(value, half) for name, group, value, half in rows])
    return frame.assign(action="call", n=602, reason="Cases that were contacted.")
