"""盘点: snapshot, blind count by scan, recount, approval, posting; write-offs and returns."""
