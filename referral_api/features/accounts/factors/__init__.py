"""Second factors: an authenticator app, recovery codes. Whoever has none may enrol one and do nothing else.

A code works once, a recovery code too. Nobody sees another's secret: whoever lost a factor is invited anew, by the agency's admin and
a second person.
"""
