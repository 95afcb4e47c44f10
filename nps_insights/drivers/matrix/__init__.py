"""The driver matrix: one row per response with a usable comment, one column per driver and control."""
