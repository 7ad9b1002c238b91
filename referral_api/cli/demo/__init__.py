"""The demonstration: an invented world of agencies, people and cases, made through the HTTP contract, so that all of it is in the log.

Nobody and nothing in it is real. It is made for a development configuration alone.

world.py     the agencies and their people, as data
texts.py     the cases, as data
calling.py   callers: people who sign in, on a clock that runs through the days before today
settling.py  the agencies and people come
stories.py   cases are opened, consents given, referrals sent and answered
files.py     what is kept on disk: keys, referral.env, demo.json
"""
