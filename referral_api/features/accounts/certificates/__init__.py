"""Certificates: what a member is trained for. A current safeguarding certificate, confirmed by a second person, opens identities."""
