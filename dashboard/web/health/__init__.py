"""Whether this process answers: for load balancers, with no details."""
