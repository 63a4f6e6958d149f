"""The page in the browser: choose a place and policies, move levers, see what happens, keep it as files.

It is served from this machine to this machine, asks no other, and writes into its workspace alone.
"""
