"""The tabs of the Data page; each is a function of what the visitor prepared."""
