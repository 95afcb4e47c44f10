"""Guided themes: a taxonomy with a few examples per theme, or codes that people gave, learned as a classifier."""
