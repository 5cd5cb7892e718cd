"""Credentials of the hub: one small class for each way in which platforms ask for them."""
