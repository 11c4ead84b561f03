"""节约: `lines` finds every document line with its base, `report` adds up, `export` writes files.

`example` is the worked example of the papers, made of plain lines, through the same code.
"""
