"""What a request costs, as ratios to a bare Flask endpoint, measured side by side in one run. `python -m benchmarks`."""
