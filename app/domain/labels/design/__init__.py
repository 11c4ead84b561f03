"""Label templates made by people: parts on a label in tenths of a millimetre, bound to data.

Whole tenths and not millimetres with a fraction: what is moved there and back is what it was, and
a file read again is the same template. `laying` turns a design into the marks that all painters
draw, so the canvas of the designer is the print.
"""
