"""Themes as a step of the jobs, and what `nps-insights themes` does."""
