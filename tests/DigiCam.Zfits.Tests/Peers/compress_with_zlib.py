"""Prints the SHA-256 of the zlib stream (level 6) of every file of a folder, in the order of their names.

usage: compress_with_zlib.py FOLDER
"""
import hashlib
import pathlib
import sys
import zlib

for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    print(hashlib.sha256(zlib.compress(path.read_bytes())).hexdigest())
