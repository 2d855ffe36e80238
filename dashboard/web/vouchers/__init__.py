"""A member's vouchers: issuing one, showing it, checking a code, redeeming, revoking, issuing one anew."""
