"""Figures as a bureau signs them: checked against a recount, frozen as releases, compared and made again."""
