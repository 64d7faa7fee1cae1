"""What people and other programs get out of the published tables."""
