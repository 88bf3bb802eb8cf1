"""The parts that recipes are made of: frozen, checked when built, importable without torch.

A part holds values that JSON can hold and other parts, nothing else, so that a version can say how it was made.
"""
