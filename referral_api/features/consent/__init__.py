"""Consent: the record that says on what basis which data classes may go to whom, for which purpose, from when until when.

*Agreements* (consent, assent with a guardian's consent) are given by people and can be withdrawn; *duties* (a law, an order, a vital
interest) always name their legal reference, are reviewed by another person and are ended, not withdrawn.

Invariants: no basis is ever a constant of an integration: who gave it, how it was explained and what the child thinks is said each time;
in force means active and within its validity *at the moment of each read*; a grant opens nothing without an accepted referral.
Withdrawing and ending stop referrals, which stand higher: they are the room `withdrawal`.
"""
