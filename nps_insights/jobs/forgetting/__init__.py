"""Forget a person: who it is, and what is done to tables, files, run folders, caches, databases and stored models."""
