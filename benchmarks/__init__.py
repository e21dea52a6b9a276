"""What the costly things cost, each against a peer or a bare ceiling in the same run: ``make bench``."""
