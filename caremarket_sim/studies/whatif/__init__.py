"""At once, without simulating: what levers would change, by an emulator that was fitted to a sweep."""
