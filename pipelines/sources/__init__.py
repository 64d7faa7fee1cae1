"""Where the data comes from: exported files, opened, unpacked and split into records."""
