"""The models of two worked examples that no NetworkSpec describes, as plain modules."""

from __future__ import annotations

from torch import Tensor, nn


class VolumeNetwork(nn.Module):
    """A day's five prices say its volume: the last state, and two linear layers behind it."""

    def __init__(self, features: int = 5, hidden_size: int = 2, width: int = 128) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(features, hidden_size, batch_first=True)
        self.widen = nn.Linear(hidden_size, width)
        self.fc = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, (h_n, _) = self.lstm(x)  # h_n (1, B, H)
        last = h_n.view(-1, self.hidden_size)  # (B, H), as there is one layer: L·B rows with more
        wide = self.widen(last.relu())  # (B, 128)
        prediction: Tensor = self.fc(wide.relu())  # (B, 1)
        return prediction


class MessageNetwork(nn.Module):
    """Five words say whether a message is wanted: the last step's output, dropout, and one logit.

    The sigmoid is part of the loss, which is exacter: ``probability`` takes it.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int = 10,
        hidden_size: int = 3,
        layers: int = 2,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, layers, batch_first=True, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, 1)

    def forward(self, x: Tensor) -> Tensor:
        embedded = self.embedding(x)  # (B, T, E)
        output, _ = self.lstm(embedded)  # (B, T, H)
        last = self.dropout(output[:, -1])  # (B, H)
        logit: Tensor = self.fc(last)  # (B, 1)
        return logit

    def probability(self, x: Tensor) -> Tensor:
        """That a message belongs to class 1: (B, 1)."""
        return self(x).sigmoid()  # type: ignore[no-any-return]
