"""Shares of what is explained: how the R2 of all drivers divides among them, whatever order they enter in."""
