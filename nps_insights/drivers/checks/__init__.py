"""Guard rails: what each driver is held against before anyone acts on it."""
