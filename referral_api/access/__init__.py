"""Who may do what, as a table that can be read aloud. It speaks only words: no tables, no requests. What has no row is refused."""

from referral_api.access.decide import Subject, decide
from referral_api.access.permissions import Permission
from referral_api.access.policy import POLICY, Rule, permits_role

__all__ = ["POLICY", "Permission", "Rule", "Subject", "decide", "permits_role"]
