"""Passkeys: registered by their member, and signed in with instead of a password and a code. Each challenge is answered once."""
