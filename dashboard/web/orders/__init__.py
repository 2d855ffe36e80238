"""Orders and drafts: the member's list, ending one, making one, and the queue of all that waits."""
