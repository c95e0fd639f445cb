"""The tabs of the Cell page beside the step itself; each is a function of what the visitor looks at."""
