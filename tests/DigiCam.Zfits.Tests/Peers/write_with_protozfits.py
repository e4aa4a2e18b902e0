"""Writes R1v1 events made from the camera events of a file, all columns with one recipe of protozfits, and prints the SHA-256 of the values.

usage: write_with_protozfits.py INPUT OUTPUT RECIPE ROWS_PER_TILE
INPUT has a table Events of DataModel.CameraEvent; the writer of protozfits takes other messages than it reads, hence the copy.
Output: one line "row column sha256" per array, of its little-endian bytes. Needs protozfits 2.13.
"""
import hashlib
import sys

import numpy as np
from protozfits import CoreMessages_pb2, File, R1v1_pb2
from protozfits.rawzfits import FlatProtobufZOFits

TYPES = {"int16": "S16", "uint16": "U16", "uint8": "U8"}


def fill(target, values):
    values = np.ascontiguousarray(values)
    target.type = getattr(CoreMessages_pb2.AnyArray, TYPES[values.dtype.name])
    target.data = values.tobytes()


def main():
    source, path, recipe, rows_per_tile = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    with File(source) as f, FlatProtobufZOFits(n_tiles=10, rows_per_tile=rows_per_tile, default_compression=recipe) as out:
        out.open(path)
        out.move_to_new_table("Events")
        for row, camera in enumerate(f.Events):
            event = R1v1_pb2.Event()
            event.event_id = int(camera.eventNumber)
            arrays = {
                "waveform": camera.hiGain.waveforms.samples,
                "pixel_status": camera.trigger_input_traces,
                "first_cell_id": camera.hiGain.waveforms.pixelsIndices,
            }
            for name, values in arrays.items():
                fill(getattr(event, name), values)
                print(row, name, hashlib.sha256(values.tobytes()).hexdigest())
            out.write_message(event)


if __name__ == "__main__":
    main()
