"""What a vendor writes around a program: the driver protocol, Pro Santé Connect, the composing of mails.

Standard library only; nothing of the bench is imported, as nothing of it would be in a vendor's own code.
"""
