"""Behaviours of platforms, hostile and merely odd, each with the right outcome, driven through the real poll.

Every public function of ``answers``, ``lists``, ``rows``, ``files``, ``notices``, ``drift`` and ``access`` is one
behaviour: its docstring says what the platform does and what is right. ``python -m tests.behaviours`` prints how many
are right.
"""
