"""The room of commands: one small module each, found by itself.

A module under this package registers its handlers with `@command`; adding a command is adding a file.
"""

from simulators.imap.commands.registry import Call, Spec, all_commands, command, find

__all__ = ["Call", "Spec", "all_commands", "command", "find"]
