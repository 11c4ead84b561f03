"""Group price negotiation (集团议价), from the members' need to the award draft.

`project` makes a project and moves its state, `items` fills it, `needs` collects pledges,
`invitations` admits suppliers, `rounds` starts and opens, `bids` takes quotes in, `sheets` sends
and reads Excel quotes, `comparison` reads the whole grid, `scores` and `drafts` prepare the award.
"""
