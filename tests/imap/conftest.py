"""Fixtures of the IMAP tests; they live in `imap_bench`, whose name no other folder has."""

from imap_bench import bench, credential, loop, make_bench, trust

__all__ = ["bench", "credential", "loop", "make_bench", "trust"]
