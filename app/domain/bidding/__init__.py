"""Group price negotiation (集团议价): need, dossier, price rules, sealed bids, comparison, award.

`need` proposes what a member will use, `dossier` says whether a supplier may be invited, `rules`
what a bid may be, `commitment` how a sealed bid is proved, `sheet_key` what makes a returned Excel
sheet the supplier's own, `compare` holds items × suppliers × rounds as whole numbers in arrays,
`scoring` the weighted points, and `award` what an award drawn up by hand must keep.
"""
