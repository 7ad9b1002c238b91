"""The policy held against the running service: every route for everybody, and every permission as stories that a lawyer could review."""
