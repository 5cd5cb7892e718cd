"""Torture: a whole hub under a seeded schedule of kills and faults, observed from outside, judged by its topics and the ledger."""
