"""Accounts: the people and systems of agencies, what they may do, and how they sign in.

A **member** is a person of one agency; a **role** counts once a second person has confirmed it, and so does a **certificate**. A
**client** is an agency's own system. A **session** is one signing-in of a member: it ends at once when the member leaves, and when a
refresh token turns up twice. Who somebody is now is read from these tables at each call, never from a token (`queries.identify`).
"""
