"""Programs that build what is shipped: fonts, icons, demo tables, catalogues of texts."""
