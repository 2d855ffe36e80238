"""What admins settle for everybody: reasons and usual amounts."""
