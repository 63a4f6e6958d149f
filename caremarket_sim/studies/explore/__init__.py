"""When a policy stops paying off: boxes of a sweep in which it does, and regret."""
