"""Every notebook in the repository is valid, unexecuted, and says which kernel it is for."""
import sys

import nbformat

for path in sys.argv[1:]:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5), f"{path}: nbformat {notebook.nbformat}.{notebook.nbformat_minor}"
    assert notebook.metadata.kernelspec.name == ".net-csharp", f"{path}: kernel {notebook.metadata.kernelspec.name}"
    assert notebook.metadata.language_info.name == "C#", f"{path}: language {notebook.metadata.language_info.name}"
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1, f"{path}: one parameters cell"
    for number, cell in enumerate(notebook.cells):
        assert cell.get("id"), f"{path}: cell {number} has no id"
        assert not cell.get("outputs"), f"{path}: cell {number} has outputs"
        assert cell.get("execution_count") is None, f"{path}: cell {number} has an execution count"
    print(f"{path}: {len(notebook.cells)} cells")
assert len(sys.argv) > 1, "no notebooks"
