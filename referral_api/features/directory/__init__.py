"""The directory: what each agency offers, to whom, where, in which languages, and whether it has room. And the published value sets.

It names agencies and services, never a child and never an address. What is on offer is for everybody who is signed in.
"""
