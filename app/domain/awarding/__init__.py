"""Who shall supply what, under limits: the case, the limits, and what an award costs and keeps.

Everything is a whole number (cents, smallest units, tenths of a percent), so that an award is
judged exactly whoever made it; the search itself is `app.adapters.highs`.
"""
