"""The vault: keys over the quarters."""
