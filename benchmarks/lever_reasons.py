"""Why a lever, at some bound or option, does not clearly move what it declares: the reason from the mechanism."""

REASONS: dict[tuple[str, str], str] = {}
