"""Referral API: police units and service providers exchange case referral records about child victims, text only, with an audit trail."""
