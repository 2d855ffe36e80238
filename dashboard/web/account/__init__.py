"""One's own account: sessions, password, how the screen looks."""
