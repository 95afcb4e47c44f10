"""Labels: a few words of the customers' own that tell one theme from the others and quote nobody."""
