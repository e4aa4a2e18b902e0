"""HTML reports and executed notebooks load nothing from outside, name no folder of this machine and keep their size."""
import os
import pathlib
import re
import sys

LARGEST = 8_000_000
folder = pathlib.Path(sys.argv[1])
files = sorted(folder.glob("*.html")) + sorted(folder.glob("*.ipynb"))
assert files, f"no reports in {folder}"
for path in files:
    text = path.read_text(encoding="utf-8")
    # What a browser would fetch while it shows the page; links that a reader may click are no such thing.
    fetched = re.findall(r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\ssrc\s*=\s*\\?["']?(?!data:|blob:)[^\s>]+""", text)
    fetched += re.findall(r"""<link\b[^>]*\shref\s*=\s*\\?["']?(?!data:|#)[^\s>]+""", text)
    fetched += re.findall(r"""@import\s+[^;]+;|url\(\s*\\?["']?https?:[^)]*\)""", text)
    assert not fetched, f"{path}: {fetched[:5]}"
    assert os.getcwd() not in text, f"{path}: holds the path of this clone"
    if path.suffix == ".ipynb":
        assert path.stat().st_size < LARGEST, f"{path}: {path.stat().st_size} bytes"
    print(f"{path}: {path.stat().st_size} bytes")
