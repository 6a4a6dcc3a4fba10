"""The product at a PFI's place or beside a PFI: its own HL7 v2, and mails to and from it.

Shares nothing with the simulated hospital nor with the checks.
"""
