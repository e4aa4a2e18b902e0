"""Executed notebooks in VS Code's own notebook editor: the largest camera follows clicks, arrow keys and the slider of its levels, charts are drawn, both
themes work, nothing is asked for from outside. Usage: check_vscode.py [FOLDER [FOLDER_FOR_PICTURES]]; without a folder the HV-off notebook is run on the small sample first.
Needs node, npm, Chromium and ../shared/tools/vscode_render."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT.parent / "shared" / "tools" / "vscode_render"
TOOL = ROOT / "artifacts" / "vscode_render"
PIXEL, RIGHT, UP, LAST = 700, 701, 737, 640

# What a reader sees of the output with this id.
LOOK = """(function () {
  var root = document.getElementById(ID), style = getComputedStyle(root), fill = root.querySelector('.k-fill, .k-line, .k-point'), tick = document.querySelector('.k-plotly .xtick text');
  return { pixel: root.dataset.pixel, level: (root.querySelector('.k-level input') || {}).value || '', heading: root.querySelector('.k-pixel b').textContent, panel: root.querySelector('.k-side').innerHTML,
    said: root.querySelector('.k-say').textContent, corner: root.querySelector('.k-corner').textContent,
    text: style.color, ink: fill ? getComputedStyle(fill).stroke : '', axis: tick ? getComputedStyle(tick).fill : '', body: document.body.className,
    ground: getComputedStyle(document.body).getPropertyValue('--vscode-editor-background'), wide: root.scrollWidth - root.clientWidth };
})()"""
DRAWN = """new Promise(function (done) {
  var end = Date.now() + 60000;
  (function look() {
    var outputs = document.querySelectorAll('.dc-output').length, charts = document.querySelectorAll('.k-chart').length, drawn = document.querySelectorAll('.k-drawn').length;
    if (outputs === EXPECTED && charts === drawn || Date.now() > end) done({ outputs: outputs, charts: charts, drawn: drawn });
    else setTimeout(look, 100);
  })();
})"""
TYPED = "document.querySelectorAll('.tab.dirty').length"


def install():
    """A copy of the tool with its two packages; the reference material stays as it is."""
    if not (TOOL / "node_modules").exists():
        shutil.copytree(SOURCE, TOOL, dirs_exist_ok=True)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=TOOL, check=True, stdout=subprocess.DEVNULL)


def execute(folder):
    """A folder with one executed notebook."""
    sample = ROOT / "data-samples" / "small" / "hv_off_000.fits.fz"
    command = ["dotnet", "run", "--project", "src/DigiCam.Cli", "-c", "Release", "--", "run", "notebooks/01-hv-off.ipynb", "-p", f"input={sample}", "-o", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder


def html_of(notebook):
    """The HTML of all outputs, in order."""
    outputs = [output for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] for output in cell.get("outputs", [])]
    pages = [output.get("data", {}).get("text/html", "") for output in outputs]
    return ["".join(page) if isinstance(page, list) else page for page in pages]


def brightness(color):
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3]) if color.startswith("rgb") else (int(color.strip()[i:i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def check(notebook, pictures):
    pages = html_of(notebook)
    cameras = [page for page in pages if 'class="k-pixels"' in page]
    assert cameras, f"{notebook.name}: no camera among {len(pages)} outputs"
    camera = max(cameras, key=len)
    root = re.match(r'<div id="([^"]+)"', camera).group(1)
    has_levels = 'class="k-level"' in camera
    look = LOOK.replace("ID", json.dumps(root))

    def pixel(i):
        return ["--click", f"#{root} .k-pixels polygon:nth-of-type({i + 1})"]

    expected = sum(page.count('class="dc-output"') for page in pages)
    # The editor makes what is far below only when it has nothing else to do, or when one goes there.
    steps = ["--scroll-by", "5000"] * 6 + ["--eval", DRAWN.replace("EXPECTED", str(expected)), *pixel(12), "--eval", look, *pixel(PIXEL), "--eval", look, "--key", "ArrowRight", "--eval", look, "--key", "ArrowUp", "--eval", look]
    if has_levels:
        steps += ["--click", f"#{root} .k-level input", "--eval", look, "--key", "ArrowRight", "--eval", look]
    steps += ["--shot", str(pictures / f"{notebook.stem}-dark.png"), "--toggle-theme", *pixel(LAST), "--eval", look, "--page-eval", TYPED]
    run = subprocess.run(["node", "drive.mjs", str(notebook.resolve()), str(pictures / f"{notebook.stem}-light.png"), "--theme", "dark", *steps], cwd=TOOL, capture_output=True, text=True, timeout=200)
    assert run.stdout.startswith("{"), f"{notebook.name}: {run.stdout[-500:]}{run.stderr[-1500:]}"
    report = json.loads(run.stdout)
    errors = [step for step in report["steps"] if "error" in step]
    assert run.returncode == 0 and not errors and "error" not in report, f"{notebook.name}: exit {run.returncode}, {report.get('error')}, {errors}"
    assert report["pageErrors"] == [], f"{notebook.name}: {report['pageErrors']}"
    assert report["outsideRequests"] == [], f"{notebook.name}: {report['outsideRequests']}"
    problems = [line for line in report["outputConsole"] if line.startswith(("error", "warning"))]
    assert problems == [], f"{notebook.name}: {problems}"

    values = [step["value"] for step in report["steps"] if "eval" in step]
    drawn, looks = values[0], values[1:]
    assert drawn["outputs"] == expected, f"{notebook.name}: {drawn['outputs']} of {expected} outputs"
    assert drawn["charts"] == drawn["drawn"], f"{notebook.name}: {drawn}"

    for i, wanted in enumerate((12, PIXEL, RIGHT, UP)):
        seen = looks[i]
        assert (seen["pixel"], seen["heading"]) == (str(wanted), f"Pixel {wanted}"), f"{notebook.name}: pixel {wanted} was to be selected, {seen['heading']} is"
        assert f"Pixel {wanted}," in seen["said"], f"{notebook.name}: {seen['said']!r} is said of pixel {wanted}"
        assert i == 0 or seen["panel"] != looks[i - 1]["panel"], f"{notebook.name}: the panel of pixel {wanted} is that of the one before"
    if has_levels:
        clicked, stepped = looks[4:6]
        assert clicked["level"].isdigit() and int(stepped["level"]) == int(clicked["level"]) + 1, f"{notebook.name}: the slider went from {clicked['level']!r} to {stepped['level']!r}"
        assert clicked["corner"] != stepped["corner"] and clicked["panel"] != stepped["panel"], f"{notebook.name}: another level looks the same"

    dark, light = looks[-2], looks[-1]
    assert light["heading"] == f"Pixel {LAST}", f"{notebook.name}: after the change of the theme {light['heading']} is selected"
    assert "vscode-dark" in dark["body"].split() and "vscode-light" in light["body"].split(), f"{notebook.name}: {dark['body']}, {light['body']}"
    for seen in (dark, light):
        assert abs(brightness(seen["text"]) - brightness(seen["ground"])) > 100, f"{notebook.name}: text {seen['text']} on {seen['ground']}"
        assert seen["wide"] <= 0, f"{notebook.name}: the camera is {seen['wide']} pixels wider than its cell"
    for name in ("text", "ink", "axis"):
        assert dark[name] != light[name] or not dark[name], f"{notebook.name}: {name} is {dark[name]} in both themes"
    typed = [step["value"] for step in report["steps"] if "page-eval" in step]
    assert typed == [0], f"{notebook.name}: keys went into a cell"
    return f"{notebook.name}: {expected} outputs, {drawn['charts']} charts, camera of {len(camera) / 1e6:.2f} MB{', levels' if has_levels else ''}"


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else execute(ROOT / "artifacts" / "vscode_sample")
    pictures = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "artifacts" / "screenshots" / "vscode").resolve()
    notebooks = sorted(folder.glob("*.ipynb"))
    assert notebooks, f"no executed notebooks in {folder}"
    assert SOURCE.exists(), "needs ../shared/tools/vscode_render beside the repository"
    pictures.mkdir(parents=True, exist_ok=True)
    if "DIGICAM_CHROMIUM" in os.environ:
        os.environ["CHROMIUM"] = os.environ["DIGICAM_CHROMIUM"]
    install()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for run in [pool.submit(check, notebook, pictures) for notebook in notebooks]:
            try:
                print(run.result(), flush=True)
            except Exception as problem:  # All notebooks are looked at, whatever is wrong with one.
                failed += 1
                print(f"FAILED {problem}", flush=True)
    print(f"{len(notebooks) - failed} notebooks as they should be, {failed} not")
    sys.exit(failed > 0)


main()
