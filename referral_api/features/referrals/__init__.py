"""Referrals: one agency asks another (an agency, never one named person) to take over one need of one case, under one consent.

*Sender* is the agency that owns the case now, *receiver* the agency that is asked. A sent referral shows its receiver the minimum;
an accepted one exactly what the consent grants, for as long as the consent is in force. A *protection report* rests on a duty,
carries what it grants when it is sent, and can be redirected but never declined.

Invariants: one timestamp, one actor and one code for each step; an illegal step changes nothing and says what is allowed; a draft does
not exist for its receiver; nothing is answered "saved" and lost.
"""
