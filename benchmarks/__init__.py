"""Programs that measure; nothing here is a test: `make bench ARGS="--size 100000"`."""
