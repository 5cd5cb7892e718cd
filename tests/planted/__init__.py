"""Planted bugs: one-line patches that each break a promise, and the tests that must notice."""
