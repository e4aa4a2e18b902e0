"""digicam run 01-hv-off and digicam hvoff on the same real file give the same numbers, in the table of the notebook and in the npz."""
import csv
import json
import pathlib
import re
import subprocess

import numpy as np

REAL = pathlib.Path("../shared/data/real").resolve()
OUT = pathlib.Path("artifacts/ci/compare")
DIGICAM = ["dotnet", "run", "--project", "src/DigiCam.Cli", "-c", "Release", "--no-build", "--"]
NAME = "example_10_evts.000"

OUT.mkdir(parents=True, exist_ok=True)
subprocess.run([*DIGICAM, "hvoff", "-c", "-p", "-d", str(REAL), "--file_basename", "example_10_evts.", "-f", "0", "--output_directory", str(OUT)], check=True)
subprocess.run([*DIGICAM, "run", "notebooks/01-hv-off.ipynb", "-p", f"input={REAL / (NAME + '.fits.fz')}", "-p", f"output={OUT / 'notebook'}", "-o", str(OUT)], check=True)

# The layout that the 2017 scripts' users know, opened without pickle.
with np.load(OUT / "adc_hv_off.npz", allow_pickle=False) as histograms:
    assert sorted(histograms.files) == ["adcs", "adcs_bin_centers"], histograms.files
    adcs, centers = histograms["adcs"], histograms["adcs_bin_centers"]
assert adcs.shape == (1296, 4096) and adcs.dtype == np.float64, (adcs.shape, adcs.dtype)
assert np.array_equal(centers, np.arange(4096.0)), centers
assert np.array_equal(adcs.sum(axis=1), np.full(1296, 500.0)), "10 events of 50 samples"
with np.load(OUT / "adc_hv_off_fit.npz", allow_pickle=False) as fits:
    assert fits.files == ["adcs_fit_result"], fits.files
    fit = fits["adcs_fit_result"]
assert fit.shape == (1296, 3, 2) and fit.dtype == np.float64, (fit.shape, fit.dtype)
assert np.isfinite(fit[:, 1, 0]).sum() > 1200, "most pixels have a baseline"

# The files of the notebook: equal to the last bit.
for name in ("adc_hv_off.npz", "adc_hv_off_fit.npz"):
    with np.load(OUT / name) as a, np.load(OUT / "notebook" / name) as b:
        assert a.files == b.files
        for key in a.files:
            assert np.array_equal(a[key], b[key], equal_nan=True), (name, key)
with open(OUT / "adc_hv_off_fit.csv", newline="") as a, open(OUT / "notebook" / "adc_hv_off_fit.csv", newline="") as b:
    rows = list(csv.DictReader(a))
    assert rows == list(csv.DictReader(b))
assert np.array_equal(np.array([float(r["baseline_lsb"]) for r in rows]), fit[:, 1, 0], equal_nan=True)
assert np.array_equal(np.array([float(r["electronic_noise_error_lsb"]) for r in rows]), fit[:, 2, 1], equal_nan=True)

# The table shown in the executed notebook: the cell with id "pixel-table" prints all pixels it shows as text.
notebook = json.loads((OUT / "01-hv-off.ipynb").read_text(encoding="utf-8"))
cell = next(c for c in notebook["cells"] if c["id"] == "pixel-table")
text = "".join("".join(o["data"]["text/plain"]) for o in cell["outputs"] if "data" in o)
# Values are rounded to their errors, so they agree to half of the last digit shown.
MEASURED = r"(-?[0-9.]+) ± ([0-9.]+)"
shown = 0
for line in text.splitlines():
    match = re.match(rf" *([0-9]+) +[0-9]+ +{MEASURED} +{MEASURED} ", line)
    if match:
        pixel = int(match[1])
        expected = [fit[pixel, 2, 0], fit[pixel, 2, 1], fit[pixel, 1, 0], fit[pixel, 1, 1]]
        for number, value in zip(match.groups()[1:], expected):
            half = 0.5 * 10.0 ** -len(number.partition(".")[2])
            assert abs(float(number) - value) <= 1.0001 * half, (line, expected)
        shown += 1
assert shown >= 20, f"only {shown} rows in the notebook's table:\n{text[:2000]}"
print(f"{shown} rows of the notebook's table and all of npz and csv agree")
