"""Files whose lines are chained by hash, so that nobody changes, removes or adds one unnoticed."""
