"""Which of a policy's levers did it."""
