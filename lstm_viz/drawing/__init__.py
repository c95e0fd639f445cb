"""Pictures of tensors as SVG text: the same for the page, a notebook and a file."""
