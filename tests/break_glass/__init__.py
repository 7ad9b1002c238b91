"""Break-glass, over HTTP and on both databases."""
