"""IMAP4rev1 and IMAP4rev2: the reading side of a simulated operator.

Rooms, each of which may import only those above it in this list:

- `parser`: octets to commands to arguments; knows no session and no mailbox.
- `formats`, `responses`, `trace`: values and status responses as octets; what the journal says of them.
- `mime`: message octets to parts, envelopes, structures, texts.
- `view`: what one session sees of a mailbox; message numbers and what is still to be told.
- `config`, `faults`: what a server offers, and what it does wrong on command.
- `session`: state of one session and what commands may do with it; `searching`: search programs over a view.
- `commands`: one small module per command, found by itself.
- `transport`, `dialogue`, `server`: connection, conversation, listener.
"""

from simulators.imap.config import ImapConfig
from simulators.imap.faults import ImapFault
from simulators.imap.server import ImapServer

__all__ = ["ImapConfig", "ImapFault", "ImapServer"]
