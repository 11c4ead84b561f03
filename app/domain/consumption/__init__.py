"""Consumption rules: when goods become payable, dispensing, reagent kits, high-value cases."""
