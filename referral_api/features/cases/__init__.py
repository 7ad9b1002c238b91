"""Cases: one child victim, child at risk or child witness, and who may see what of them.

Each *data class* (identity, contact, family ...) is its own sealed, versioned row: never overwritten, so that "what did agency B hold
on 3 March?" has an answer. *Parties* are agencies that stand in a relation to the case, each for a cause; *workers* are the people
assigned within a party; an *exclusion* keeps a member or an agency out, whatever else is granted, and looks like 404 to them.

Invariants: no party without a cause; a row ends with its cause only; nothing about the child is stored unsealed but the minimum
(area, language, age band, risk), which a receiver of a sent referral may see.
"""
