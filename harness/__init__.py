"""The judge: vendor profile, plan, drivers, checks, verdicts, levels, pytest plugin and command line."""

__version__ = "0.1.0"
