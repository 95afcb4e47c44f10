"""Drivers as a step of the jobs, and what `nps-insights drivers` does."""
