"""Signing in, and the people, systems and certificates of an agency, over HTTP."""
