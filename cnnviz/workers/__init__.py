"""The only package that imports Keras, TensorFlow and h5py. Its entry modules run as child processes."""
