"""The tables by subject; ``bot.store.schema`` is where the others get them."""
