"""Why it moved: the change of the NPS between two periods or two groups, in parts that add up to it."""
