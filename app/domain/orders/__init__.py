"""统采分签: pricing and splitting needs, what is signed, who signs when, amendments, due dates."""
