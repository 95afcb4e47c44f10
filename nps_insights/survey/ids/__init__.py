"""Ids of customers and answers: as they are written, and as they are meant."""
