"""The only room that imports Keras and TensorFlow. Its modules run as child processes and are imported by siblings only."""
