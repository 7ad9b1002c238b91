"""The ground: the domain's words in plain Python. No Flask, no SQLAlchemy, no reading of clocks or settings."""
