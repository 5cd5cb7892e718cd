"""Torture: a whole hub under a seeded schedule of deaths, watched from outside, and judged by its log and the truth."""
