"""What a batch of runs leaves behind in a folder, and how it is read back."""
