"""Who may sign in and as what, managed by admins."""
