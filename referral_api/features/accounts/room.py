"""The room that the addresses of people, systems, certificates, sessions and tokens hang in."""

from referral_api.api.rooms import Room

__all__ = ["room"]

room = Room("accounts", "Signing in, and the people, systems and certificates of an agency.")
