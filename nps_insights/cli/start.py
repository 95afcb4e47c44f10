"""What `nps-insights` says when it is asked nothing: three commands to begin with, instead of a wall of options."""

START = """nps-insights: what our NPS is, whether it moved, why, and who will leave; a likely range on every figure.

To begin, with a survey export of your own:
  nps-insights inspect survey.csv              what is understood of it; writes nothing
  nps-insights report survey.csv --out q3      the report: q3/report.html

Or with a made-up survey whose truth is known:
  nps-insights sample demo                     then: nps-insights report demo/survey.csv --accounts demo/accounts.csv

Every command has examples: nps-insights report --help. All commands: nps-insights --help
"""
