"""Who may read what: board, analyst, customer success."""
