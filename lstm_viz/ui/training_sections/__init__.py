"""The tabs of the Training page, one module each. Each has ``section(offer, run_id)``."""
