"""Statistics, samplers, emulators and searches: plain mathematics that knows nothing of care."""
