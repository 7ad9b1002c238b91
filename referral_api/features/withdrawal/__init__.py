"""Withdrawing and ending consent, with what follows: open referrals that rest on it are suspended, access ends, receivers are told.

A room of its own above `referrals`, because ending a consent stops referrals, and a consent itself must not know them.
The child's own withdrawal acts at once, in one transaction. A caregiver's is a request that a supervisor decides in the child's best
interests. A duty is not withdrawn but ended by the owner's supervisor. Nothing undoes a report, an investigation or an order.
"""
