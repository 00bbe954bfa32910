"""Connectors with one fault each, and the promises that each must be caught breaking.

`test_kit.py` runs these files; they are no part of the suite, as all of it fails on purpose.
"""
