"""The doctor: what PyTorch's message means in the numbers of the person who got it."""

from lstm_viz.diagnosis.doctor import diagnose
from lstm_viz.diagnosis.finding import Diagnoses, Diagnosis

__all__ = ["Diagnoses", "Diagnosis", "diagnose"]
