"""Customers who answered more than once: how they move between categories, and what goes with it."""
