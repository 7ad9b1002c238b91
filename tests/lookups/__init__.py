"""Lookups, over HTTP and on both databases."""
