"""`python -m referral_api`: the command line over the whole service."""

from referral_api.app import create_app
from referral_api.cli import main

if __name__ == "__main__":
    main(create_app)
