"""Holds, retention, and erasure."""
