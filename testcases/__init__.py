"""The conformance cases, grouped by level: one stimulus and one expectation each."""
