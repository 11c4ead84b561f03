"""调拨借用: who could help whom, requests, the steps of both members, loans and what comes back."""
