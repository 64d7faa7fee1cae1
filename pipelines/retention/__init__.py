"""How long evidence and answers are kept: what is removed, what holds it, and which days readers see."""
