"""What a complaint is, what may happen to it, and when. No I/O, no clock."""
