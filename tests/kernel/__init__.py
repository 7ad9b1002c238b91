"""The ground: words, times and value sets, in plain Python."""
