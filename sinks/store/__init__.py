"""The read model in PostgreSQL: what the public topics say up to the offsets beside it, every revision kept."""
