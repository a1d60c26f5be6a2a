"""What is true without a screen and without Keras."""
