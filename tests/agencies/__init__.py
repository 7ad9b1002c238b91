"""Agencies over HTTP."""
