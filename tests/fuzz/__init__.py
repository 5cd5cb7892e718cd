"""One fuzz target a reader: ``python -m tests.fuzz [seconds a target]``."""
