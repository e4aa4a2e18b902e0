"""Times the official reader and writer of zfits files, for the figures beside ours. Needs protozfits 2.13.

usage: official.py read FILE ROUNDS                  all events of the table Events, as Python objects
       official.py write FILE OUTPUT EVENTS ROUNDS   R1v1 events made from the camera events of FILE, waveforms with diffman16, the rest as the writer's default
Prints one line: events, events/s of the best round by wall clock, events/s by processor time of that round, bytes of the file.
"""
import os
import sys
import time

import numpy as np
from protozfits import CoreMessages_pb2, File, R1v1_pb2
from protozfits.rawzfits import FlatProtobufZOFits


def best(rounds, work):
    """Events, wall seconds and processor seconds of the fastest of several rounds."""
    results = []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        events = work()
        results.append((time.perf_counter() - wall, time.process_time() - processor, events))
    wall, processor, events = min(results)
    return events, wall, processor


def read(path):
    count = 0
    with File(path) as f:
        for _ in f.Events:
            count += 1
    return count


def r1v1_events(path):
    """Events with a waveform of the whole camera, ready to be written."""
    events = []
    with File(path) as f:
        for camera in f.Events:
            event = R1v1_pb2.Event()
            event.event_id = int(camera.eventNumber)
            event.waveform.type = CoreMessages_pb2.AnyArray.U16
            event.waveform.data = np.ascontiguousarray(camera.hiGain.waveforms.samples).astype("<u2").tobytes()
            event.pixel_status.type = CoreMessages_pb2.AnyArray.U8
            event.pixel_status.data = bytes([1] * 1296)
            events.append(event)
            if len(events) == 100:
                break
    return events


def write(events, path, count):
    with FlatProtobufZOFits(n_tiles=count // 100 + 1, rows_per_tile=100, default_compression="diffman16", n_compression_threads=0, compression_block_size_kb=32768) as out:
        out.open(path)
        out.move_to_new_table("Events")
        for i in range(count):
            out.write_message(events[i % len(events)])
    return count


def main():
    if sys.argv[1] == "read":
        path = sys.argv[2]
        events, wall, processor = best(int(sys.argv[3]), lambda: read(path))
    else:
        messages, path, count = r1v1_events(sys.argv[2]), sys.argv[3], int(sys.argv[4])
        events, wall, processor = best(int(sys.argv[5]), lambda: write(messages, path, count))
    print(events, f"{events / wall:.0f}", f"{events / processor:.0f}", os.path.getsize(path))


if __name__ == "__main__":
    main()
