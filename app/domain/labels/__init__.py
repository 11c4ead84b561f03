"""Labels as data: what a label says, how a template lays it out, what its codes hold.

Everything here is geometry in millimetres and text. Three painters (PDF, raster, ZPL) draw the same
marks, so the preview is the print.
"""
