"""Who may see what of the answers, and who looked at what."""
