"""约定量: `draw` takes orders off the pledges under a row lock, `execution` tells how it goes."""
