"""The documents that the product sends: made, put in an archive, announced in the mail's header.

The CDA, METADATA.XML, archive and PDF builders are those of `simulators.documents`, which share no code with
the checks.
"""
