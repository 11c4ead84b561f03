"""One folder per page: layout and wiring, state, dialogs."""
