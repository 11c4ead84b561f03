"""统采分签: consolidate members' needs, split into member orders, sign, amend, papers, lists."""
