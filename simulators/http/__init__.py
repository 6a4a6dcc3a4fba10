"""HTTP and HTTPS on the space's loop: one host class and the journal of its exchanges."""
