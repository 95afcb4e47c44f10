"""The command line: `nps-insights ...`."""
