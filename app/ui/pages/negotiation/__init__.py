"""集中议价: needs, quotes and the comparison of suppliers' offers."""
