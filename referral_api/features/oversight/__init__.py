"""Oversight: auditors read the log, prove that it was not changed, and find a complaint's entries.

An auditor of an oversight body reads all entries; one of another agency those of its own actors, and those on cases that it owns.
Reading the log is itself an act with an entry; checkpoints and proofs carry hashes only and leave none.
"""
