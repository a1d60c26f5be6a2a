"""Activations: the functions, their gradients, their formulas in text, and the layers that apply one."""
