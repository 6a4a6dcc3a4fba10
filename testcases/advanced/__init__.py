"""Advanced level: health documents sent, received and integrated.

Cases of the sending side rest on scenes (`harness.specimens`): each is played once and serves many cases.
"""
