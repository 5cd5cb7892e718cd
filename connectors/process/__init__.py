"""The process that polls: which feeds it owns, when each is due, and what the public status page shows."""
