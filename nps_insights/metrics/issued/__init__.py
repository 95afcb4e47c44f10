"""Figures that were issued: kept, and held against what is known today."""
