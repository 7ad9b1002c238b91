"""Lookups: "is this child known?" A supervisor asks about the child of an own case, and nothing else can be asked about.

The asking itself compares nothing, so that its answer and its time tell nothing; a moment later the service tells the *holders*, the
agencies that own a case of the same identity and have not opted out, who asks and why. Each chooses whether to answer. The asker learns
of a holder only by that holder's `known`; any other answer looks like none, and like no holder at all.
"""
