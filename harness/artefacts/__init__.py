"""What is judged: bytes and journal events turned into typed values that keep their positions."""
