"""One database engine per file; ``bot.store.engine`` says what an engine is."""
