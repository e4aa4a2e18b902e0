"""Reads every row of one table with protozfits and prints, per row and field, the SHA-256 of the value.

usage: read_with_protozfits.py FILE TABLE FIELD...      (FIELD: dotted path of message fields)
Hashed are the little-endian bytes of arrays, the bytes of strings, and scalars as 8-byte integers or doubles.
Output: one line "row field sha256" per value; the last line is "rows N". Needs protozfits 2.13.
"""
import hashlib
import struct
import sys
from functools import reduce

import numpy as np
from protozfits import File


def value_bytes(value):
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("<")).tobytes()
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    if isinstance(value, float):
        return struct.pack("<d", value)
    return (int(value) % 2**64).to_bytes(8, "little")


def main():
    path, table, fields = sys.argv[1], sys.argv[2], sys.argv[3:]
    rows = 0
    with File(path) as f:
        for message in getattr(f, table):
            for field in fields:
                value = reduce(getattr, field.split("."), message)
                print(rows, field, hashlib.sha256(value_bytes(value)).hexdigest())
            rows += 1
    print("rows", rows)


if __name__ == "__main__":
    main()
