"""``make bench``: how fast the console is, as ratios against peers within one run."""
