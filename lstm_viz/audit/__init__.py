"""What depends on what in a model, by gradients through it, and the mistakes that raise nothing.

>>> import torch
>>> from lstm_viz.audit import audit
>>> audit(torch.nn.GRU(2, 5, batch_first=True), torch.randn(4, 6, 2)).clean
True
"""

from lstm_viz.audit.auditing import AuditError, assert_clean, audit
from lstm_viz.audit.dependency import DependencyMap, Place
from lstm_viz.audit.findings import Finding
from lstm_viz.audit.report import Audit

__all__ = ["Audit", "AuditError", "DependencyMap", "Finding", "Place", "assert_clean", "audit"]
