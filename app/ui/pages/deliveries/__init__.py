"""送货: what a supplier has to send, and the notes it sent."""
