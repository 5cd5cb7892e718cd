"""Rows: what each platform prints of a thing that happened, and what the row states in the hub's terms."""
