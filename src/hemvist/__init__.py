"""Hemvist: one shared system for a Swedish municipality's reception of newly arrived refugees."""

__version__ = "0.1.0"
