"""What admins settle for everybody: reasons, limits and usual amounts."""
