"""The award: the optimiser's proposal, the decision of two persons, 公示, and the price list.

`engine` proposes on plain cases, `files` reads and writes them as CSV, `propose` does it for a
project, `decide` takes an award through its steps, `enforce` makes the price list of it.
"""
