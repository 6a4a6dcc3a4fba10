"""Everything that the project publishes: catalogue, rules, JSON Schemas, code lists, identifier algorithms.

Versioned data with thin loaders. Imports nothing of ours.
"""
