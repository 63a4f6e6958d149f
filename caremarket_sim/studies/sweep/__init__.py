"""Many samples of what is uncertain or open to choice, by a design file."""
