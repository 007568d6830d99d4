"""The rules of the port, one named test each."""
