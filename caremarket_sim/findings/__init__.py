"""What runs come to, as plain tables: levels, differences, traces, shares, money."""
