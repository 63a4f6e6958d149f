"""One folder a study: its plan, its result, its words and its figures."""
