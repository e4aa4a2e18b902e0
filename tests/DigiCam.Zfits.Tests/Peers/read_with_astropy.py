"""Opens a zfits file with astropy, which knows nothing of zfits, and prints what it finds as JSON.

usage: read_with_astropy.py FILE
Every warning is an error, checksums are verified. Per HDU: the cards with a value as [keyword, value], and for tables the compressed
blocks: sha256 of the bytes behind every descriptor, read from the file with THEAP ("blocks"), and of the array astropy itself gives
where no TZERO makes it scale the bytes ("arrays"). Both are lists of rows of columns. Needs astropy.
"""
import hashlib
import json
import sys
import warnings

import numpy as np
from astropy.io import fits


def blocks(hdu, path):
    start = hdu.fileinfo()["datLoc"]
    width, rows, columns = hdu.header["NAXIS1"], hdu.header["NAXIS2"], hdu.header["TFIELDS"]
    data = np.memmap(path, dtype=np.uint8, mode="r")
    heap = start + hdu.header["THEAP"]
    found = []
    for row in range(rows):
        entries = data[start + row * width:start + (row + 1) * width].view(">i8").reshape(columns, 2)
        found.append([hashlib.sha256(data[heap + offset:heap + offset + size].tobytes()).hexdigest() for size, offset in entries])
    return found


def arrays(hdu):
    found = []
    for row in range(hdu.header["NAXIS2"]):
        line = []
        for n, name in enumerate(hdu.columns.names, 1):
            plain = f"TZERO{n}" not in hdu.header
            line.append(hashlib.sha256(hdu.data.field(name)[row].tobytes()).hexdigest() if plain else None)
        found.append(line)
    return found


def main():
    path = sys.argv[1]
    warnings.simplefilter("error")
    found = []
    with fits.open(path, checksum=True) as hdus:
        hdus.verify("exception")
        for hdu in hdus:
            entry = {"cards": [[card.keyword, card.value] for card in hdu.header.cards if card.keyword not in ("COMMENT", "HISTORY", "")]}
            if hdu.is_image is False:
                entry |= {"formats": hdu.columns.formats, "blocks": blocks(hdu, path), "arrays": arrays(hdu)}
            found.append(entry)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
