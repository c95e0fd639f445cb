"""The symbols of one model: which letter stands for which constant of its layers."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from lstm_viz.dims import Axis


class ModuleSymbols:
    """Letters for the sizes that a module's layers fix, in the order of the layers.

    A letter that is needed for a second value gets a number: H, then H2. The last Linear's ``out_features`` is O.

    >>> symbols = ModuleSymbols(nn.LSTM(3, 5, bidirectional=True))
    >>> str(symbols.directions(2) * symbols.axis("H", 5)), symbols.sizes
    ('D·H', {'L': 1, 'D': 2, 'H': 5})
    """

    def __init__(self, module: nn.Module) -> None:
        self.sizes: dict[str, int] = {}
        layers = list(module.modules())
        for layer in layers:
            if isinstance(layer, nn.Embedding):
                self.axis("V", layer.num_embeddings)
                self.axis("E", layer.embedding_dim)
            elif isinstance(layer, nn.RNNBase):
                self.axis("L", layer.num_layers)
                self.axis("D", max(2 if part.bidirectional else 1 for part in layers if isinstance(part, nn.RNNBase)))
                self.axis("H", layer.hidden_size)
                if layer.proj_size:
                    self.axis("P", layer.proj_size)
            elif isinstance(layer, nn.RNNCellBase):
                self.axis("H", layer.hidden_size)
        for layer in reversed(layers):
            if isinstance(layer, nn.Linear):
                self.axis("O", layer.out_features)

    def axis(self, letter: str, value: int) -> Axis:
        """The axis of ``letter`` with this value; a new symbol if no present one has it."""
        same = [symbol for symbol in self.sizes if symbol[0] == letter]
        known = next((symbol for symbol in same if self.sizes[symbol] == value), None)
        symbol = known or (letter if not same else f"{letter}{len(same) + 1}")
        self.sizes[symbol] = value
        return Axis.of(symbol)

    def directions(self, count: int, always: bool = False) -> Axis:
        """D where a layer has two directions, else nothing; ``always``: also D = 1, as in h_n's L·D."""
        if count == self.sizes.get("D") and (count > 1 or always):
            return Axis.of("D")
        return Axis.of(count)

    def constants(self, value: int) -> Iterator[Axis]:
        """Names for a constant: one symbol, a product of two, or a small multiple such as 4·H; then nothing."""
        named = [(symbol, size) for symbol, size in self.sizes.items() if size > 1]
        yield from (Axis.of(symbol) for symbol, size in named if size == value)
        pairs = [(first, second) for first in named for second in named if first[1] * second[1] == value]
        pairs.sort(key=lambda pair: (pair[0][0][0] != "D", pair[0][0][0] != "L"))  # D·H and L·D before any other
        yield from (Axis.of(first, second) for (first, _), (second, _) in pairs)
        for symbol, size in named:
            if symbol[0] in "HPE" and value % size == 0 and value // size <= 4:
                yield Axis.of(value // size, symbol)
