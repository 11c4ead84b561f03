"""收货验收: deliveries that wait, and the acceptance of one by scan."""
