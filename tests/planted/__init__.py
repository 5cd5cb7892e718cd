"""Planted bugs: small changes of the code that each break a promise, and the tests that must notice."""
