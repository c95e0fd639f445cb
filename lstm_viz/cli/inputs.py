"""Inputs from a command line: ``4,12,1`` is a tensor of that shape, ``4,12:int64`` one of whole numbers."""

from __future__ import annotations

import torch
from torch import Tensor

_NUMBERS = ("float32", "float64", "float16", "bfloat16", "complex64", "complex128")
_WHOLE = ("int64", "int32", "int16", "int8", "uint8")
DTYPES = (*_NUMBERS, *_WHOLE, "bool")
LARGEST = 50_000_000


class InputError(ValueError):
    """An input that cannot be read: what was expected, and what was got."""


def read_input(text: str, below: int = 2, seed: int = 0) -> Tensor:
    """A random tensor of this shape; whole numbers lie from 0 to ``below`` − 1.

    Raises InputError.

    >>> read_input("4,12,1").shape, read_input("4,12:int64", below=20).dtype
    (torch.Size([4, 12, 1]), torch.int64)
    """
    shape_text, _, name = text.partition(":")
    name = name.strip() or "float32"
    if name not in DTYPES:
        raise InputError(f"--input {text}: expected one of {', '.join(DTYPES)} after the colon, got {name!r}.")
    sizes = [part.strip() for part in shape_text.split(",") if part.strip()]
    if not all(part.isdecimal() for part in sizes):
        raise InputError(f"--input {text}: expected whole numbers with commas between, such as 4,12,1.")
    shape = tuple(map(int, sizes))
    count = torch.Size(shape).numel()
    if count > LARGEST:
        raise InputError(f"--input {text}: expected at most {LARGEST:,} numbers, got {count:,}. Make a size smaller.")
    generator = torch.Generator().manual_seed(seed)
    dtype: torch.dtype = getattr(torch, name)
    if name in _NUMBERS:
        return torch.randn(shape, generator=generator, dtype=torch.complex64 if dtype.is_complex else None).to(dtype)
    return torch.randint(below if name in _WHOLE else 2, shape, generator=generator).to(dtype)
