"""The why in each group of customers, and whether the groups differ."""
