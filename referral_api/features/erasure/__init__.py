"""Erasure: how long a case is kept, what holds it back, and how it ends: two people, one transaction, a certificate.

Time warns and never erases. A legal hold beats every other reason. What is erased leaves ids, dates and codes, which the log has
anyway; its key is destroyed, so that what a backup still holds opens no more.
"""
