"""What the gateway knows without a database, a network or a clock: pure types and functions."""
