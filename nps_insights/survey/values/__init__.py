"""What a cell means: scores and their scale, dates, numbers, flags, languages."""
