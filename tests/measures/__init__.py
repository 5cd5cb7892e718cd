"""Measures of the readers on real records, when those are there."""
