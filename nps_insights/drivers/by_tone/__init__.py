"""Effects by tone, beyond what the tone alone would give."""
