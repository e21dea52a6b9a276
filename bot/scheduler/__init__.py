"""What the gateway does by itself, without being asked by a message."""
