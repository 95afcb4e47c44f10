"""The chapters of the report, one file each, and the appendix."""
