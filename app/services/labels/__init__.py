"""Labels: what can be labelled, own codes for handling units, printing again, print history."""
