"""The compliance report: a period, its population, what is known of it and how well, the exceptions, and the proof."""
