"""Assumptions matched to what is published, and patterns that the model must show."""
