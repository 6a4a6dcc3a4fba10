"""The world around the product: a complete Espace de Confiance on loopback.

Nothing here judges. Every part records what crosses its wire in the journal (`simulators.journal`)
and leaves the verdict to `harness`.
"""
