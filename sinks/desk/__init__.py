"""The desk 值班台: what people send by a form, and what whoever keeps the desk decides about it."""
