"""Which column of a file is which field."""
