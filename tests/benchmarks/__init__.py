"""The measurements: `make bench`, or `python -m tests.benchmarks trace key` for some of them."""
