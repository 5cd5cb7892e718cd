"""Rebuild: everything after tongda.raw is made once more beside the running generation, compared, and takes its place.

The generation in the making has topics, groups and transactional ids of its own (``next.``) and reads the same raw
records. Its number is the high part of every revision it gives, and lives in the ``@position`` records of its state.
"""
