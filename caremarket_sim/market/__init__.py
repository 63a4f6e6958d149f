"""ODD 2: the state of a market, as Python and as compiled code take it, and what several mechanisms do to it."""
