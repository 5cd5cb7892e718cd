"""Requests to platforms over HTTP: one request in, its bytes out, every wait and every size bounded."""
