"""A whole tenant of which the truth is known: who exists, what happened, what the logs lost, and the right answers."""
