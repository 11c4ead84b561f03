"""Electronic seals on orders and contracts: sealing, trusted authorities, checking files."""
