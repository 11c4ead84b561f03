"""Stock rules: which lot goes first, what may be used at all, expiry lights."""
