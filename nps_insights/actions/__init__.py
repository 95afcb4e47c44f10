"""What to do next: alerts, targets, lists per category, money, and what became of contacts."""
