"""收货验收: delivery notes in, counted work kept, acceptance posted once, taken back if wrong."""
