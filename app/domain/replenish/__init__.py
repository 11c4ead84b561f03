"""Replenishment for near-zero stock: from demand to a suggested quantity that explains itself.

`calendar` and `lead` say how long an order must last, `series` and `rates` what is asked for a
day; `network`, `pooled`, `frontier`, `backtest` and `system` how much to hold of all items at
once, `together` that for one store; `position` what counts as there, `suggestion` what to order,
`explain` and `words` why. `plan` runs the whole for one item, `replay` a year of days for many.
All of it is pure: numpy arrays and frozen values in, frozen values out, the same answer for the
same question.
"""
