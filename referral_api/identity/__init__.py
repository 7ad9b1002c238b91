"""Who is calling, as pure verdicts: keys, signed tokens, client assertions, passwords, one-time codes, opaque secrets.

Nothing here knows a table or a request. The rooms above keep rows (hashes, used `jti`s, last steps); from here they get
hashes and verdicts.
"""
