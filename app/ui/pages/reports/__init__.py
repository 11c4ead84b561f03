"""报表: every report of the registry, with its definition, on screen, as Excel and as PDF."""
