"""Signing in through the agency's own identity provider (OpenID Connect Core 1.0, authorization code with PKCE).

A **provider** is entered by the agency's admin and counts once a second person has confirmed it; a **link** says which of the provider's
people is which member, and counts once a second person has said the same. Roles, certificates and addresses are never taken from a
provider. A **start** is one sign-in that was begun: it lasts ten minutes and is used once.
"""
