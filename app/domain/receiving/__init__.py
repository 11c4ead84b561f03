"""收货验收: what is on the note, what the scanner says, what was counted, what is wrong with it.

`note` is what the supplier states, `work` what has been counted so far (immutable, with undo),
`scanning` takes a scan into it, `editing` what people type, `review` says what still stands in
the way, `drafts` writes the work down.
"""
