"""Hostile: a whole hub whose platforms misbehave at random, compared with the world once they are honest again."""
