"""Dashboards: written in Python, kept as the JSON that Grafana reads (``python -m ops.grafana`` writes it anew)."""
