"""Events for an agency's systems: ids and states only, in order and without a gap. (Delivery by webhook builds on the same feed.)"""
