"""The room of the parser: octets to commands to arguments; no session, no mailbox."""
