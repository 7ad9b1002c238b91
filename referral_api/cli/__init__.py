"""The command line: running the service, making its keys, founding it, reading its log, and the demonstration.

A door like the web's pages: it calls the rooms' commands and never their tables, and `referral --help` lists what it opens.
"""

from referral_api.cli.commands import main

__all__ = ["main"]
