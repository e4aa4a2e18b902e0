"""Draws icon.png, the icon of the packages: a small hexagonal camera with a ring of light. Needs Python alone."""
import pathlib
import struct
import zlib

SIZE, OVER = 128, 4
BACKGROUND = (16, 27, 46)
# A few colours of viridis, outside to inside of the ring.
COLOURS = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]


def hexagon(dx, dy, radius):
    """Whether a point lies in a hexagon with a corner on top."""
    dx, dy = abs(dx), abs(dy)
    return dx <= radius * 0.8660254 and dy + dx * 0.5773503 <= radius


def cells():
    """Centres and colours of the pixels, in units of the icon."""
    pitch = 1 / 9.6
    for row in range(-4, 5):
        for column in range(-4, 5):
            if abs(row + column) > 4:
                continue
            x = 0.5 + pitch * (column + row / 2)
            y = 0.5 + pitch * row * 0.8660254
            distance = ((x - 0.56) ** 2 + (y - 0.46) ** 2) ** 0.5 / pitch
            light = max(0.0, 1 - abs(distance - 2.3) / 1.7)
            yield x, y, pitch / 1.7320508 * 0.92, COLOURS[round(light * (len(COLOURS) - 1))]


def colour(x, y, pixels):
    for cx, cy, radius, value in pixels:
        if hexagon(x - cx, y - cy, radius):
            return (*value, 255)
    # The rim: rows of pixels have their corners up, so the camera has its corners to the sides.
    return (*BACKGROUND, 255) if hexagon(y - 0.5, x - 0.5, 0.499) else (0, 0, 0, 0)


def main():
    pixels = list(cells())
    rows = bytearray()
    for j in range(SIZE):
        rows.append(0)
        for i in range(SIZE):
            samples = [colour((i + (a + 0.5) / OVER) / SIZE, (j + (b + 0.5) / OVER) / SIZE, pixels) for a in range(OVER) for b in range(OVER)]
            alpha = sum(s[3] for s in samples)
            mean = [round(sum(s[k] * s[3] for s in samples) / alpha) if alpha else 0 for k in range(3)]
            rows += bytes([*mean, round(alpha / len(samples))])

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b"")
    pathlib.Path(__file__).with_name("icon.png").write_bytes(png)


main()
