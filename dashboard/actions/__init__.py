"""What staff can change: one function a deed, one protocol that keeps each change exactly once."""
