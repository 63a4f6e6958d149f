"""Scenarios side by side on the same futures, and one scenario by itself."""
