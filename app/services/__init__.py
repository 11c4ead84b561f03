"""What people do, one transaction per public call."""
