"""Lists an HDF5 file as h5py sees it: one JSON object a line for each group and dataset, with attributes, type, shape and values.

    python h5list.py FILE
"""
import json
import sys

import h5py
import numpy as np


def plain(value):
    """Values of numpy as JSON: floats as their bits, so that NaN and the last digit are compared too."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.ravel()]
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, np.floating):
        return value.astype(np.float64).tobytes().hex()
    if isinstance(value, np.integer):
        return int(value)
    return value


def describe(name, item):
    entry = {"path": "/" + name, "attributes": {key: plain(value) for key, value in item.attrs.items()}}
    if isinstance(item, h5py.Dataset):
        values = item[()]
        entry.update(dtype=str(item.dtype), shape=list(item.shape), checksum=bool(item.fletcher32), values=plain(values))
    print(json.dumps(entry))


with h5py.File(sys.argv[1], "r") as file:
    describe("", file)
    file.visititems(describe)
