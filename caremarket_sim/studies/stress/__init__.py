"""What shocks do to each policy."""
