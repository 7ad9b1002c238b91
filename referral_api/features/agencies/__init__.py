"""Agencies: who takes part. A police unit, a shelter, a court: what it can do, when it can be reached, and who is told when nobody answers.

An agency is known to everybody who is signed in, since one must know whom one can ask. A shelter's address has no place here.
A suspended agency's people and systems are no longer identified. `OfAgency` is what belongs to one agency and to no case.
"""
