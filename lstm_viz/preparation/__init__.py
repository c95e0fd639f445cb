"""From what a person brings to the table that a batch is made of."""
