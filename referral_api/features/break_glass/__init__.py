"""Break-glass: in danger, a person of an agency that knows the case opens a little of it for at most four hours, and answers for it.

A *glass* is one such use, by one member, for a reason. It opens identity, contact (never a protected address), the protection concern
and safe contact to this member alone, as a row of `case_parties` that ends by itself. The owner and oversight are told at once; another
agency than the user's reviews it within 72 hours. It opens nothing where access ended as unsafe, or where the child named the agency.
"""
