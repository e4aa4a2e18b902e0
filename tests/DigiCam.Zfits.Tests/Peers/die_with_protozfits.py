"""Writes R1v1 events with the writer of protozfits and kills itself in the middle, so that a file without counts is left.

usage: die_with_protozfits.py OUTPUT ROWS ROWS_PER_TILE
Event i has the event_id i and a waveform of 4000 uint16: (7 * i + k * k) % 4096, k = 0, 1, ... Needs protozfits 2.13.
"""
import os
import signal
import sys

import numpy as np
from protozfits import CoreMessages_pb2, R1v1_pb2
from protozfits.rawzfits import FlatProtobufZOFits


def main():
    path, rows, rows_per_tile = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    k = np.arange(4000, dtype=np.int64)
    out = FlatProtobufZOFits(n_tiles=100, rows_per_tile=rows_per_tile, default_compression="diffman16")
    out.open(path)
    out.move_to_new_table("Events")
    for i in range(rows):
        event = R1v1_pb2.Event()
        event.event_id = i
        event.waveform.type = CoreMessages_pb2.AnyArray.U16
        event.waveform.data = ((7 * i + k * k) % 4096).astype("<u2").tobytes()
        out.write_message(event)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
