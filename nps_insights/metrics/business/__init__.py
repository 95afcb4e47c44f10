"""Business customers: scores of accounts and of their money, who speaks for them, and agents."""
