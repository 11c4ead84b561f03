"""Replenishment for near-zero stock: from demand to a suggested quantity that explains itself.

`calendar` and `lead` say how long an order must last, `series` and `rates` what is asked for a
day, `sampling` and `levels` how much to hold, `position` what counts as there, `suggestion` what
to order, `explain` and `words` why. `plan` runs the whole for one item. All of it is pure: numpy
arrays and frozen values in, frozen values out, the same answer for the same question.
"""
