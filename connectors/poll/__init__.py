"""One poll of one feed: a generator of pages (plan, fetch, read) and the loop that proves and publishes them."""
