"""The room of message structure: octets to parts, envelopes and body structures.

Nothing here raises on any octets: what cannot be understood is plain text.
"""
