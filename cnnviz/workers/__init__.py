"""The only room that imports Keras, TensorFlow and h5py. Its modules run as child processes."""
