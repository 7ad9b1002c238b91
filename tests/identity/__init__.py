"""Identity: published vectors, and what an attacker would try."""
