"""The rooms, one folder each; a room may import those to its right, never the reverse:

oversight  webhooks  withdrawal  referrals  consent  cases  directory  accounts  agencies
"""
