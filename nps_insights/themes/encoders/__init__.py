"""Encoders: from texts to unit vectors, the same bits whatever the order, the batch or the number of threads."""
