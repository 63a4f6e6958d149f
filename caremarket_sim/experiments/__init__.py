"""Running many simulated futures and saying what they show."""
