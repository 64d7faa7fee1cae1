"""The exercise tenant: quiet days, then incidents and their look-alikes, so that each finding is planted or false."""
