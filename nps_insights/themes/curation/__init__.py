"""Curation: what analysts decide about themes, kept in one file and replayed on every fit."""
