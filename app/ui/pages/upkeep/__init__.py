"""养护记录: temperatures, the monthly check, the ledger of controlled drugs."""
