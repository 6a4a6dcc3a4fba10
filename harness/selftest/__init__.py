"""The suite judged by its own means: the reference reaches the level, each variant breaks what it says.

A requirement counts as proved only when at least one variant dies on it.
"""
