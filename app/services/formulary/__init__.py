"""处方集: lists of the group and its members, snapshots, rules, named lists, 临采, readiness."""
