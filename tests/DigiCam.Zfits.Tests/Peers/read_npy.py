"""Loads arrays with numpy and prints, one line a file: dtype, shape, SHA-256 of the bytes in C order.

usage: read_npy.py FILE...
"""
import hashlib
import sys

import numpy as np

for path in sys.argv[1:]:
    array = np.load(path, allow_pickle=False)
    shape = "x".join(str(n) for n in array.shape)
    print(array.dtype.str, shape, hashlib.sha256(array.tobytes(order="C")).hexdigest())
