"""Clients: an agency's own systems, what they may do, and how they prove that they are themselves."""
