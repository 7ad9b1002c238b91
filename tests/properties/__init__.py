"""What must hold whatever anybody does, in whatever order: random histories, and a small model to hold the service against."""
