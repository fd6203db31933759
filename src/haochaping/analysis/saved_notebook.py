"""What JupyterLab keeps of the kit's own notebooks: their code, not what it gave.

Outputs belong to one city and one day, and widgets cannot be shown again from a file. Without them the kit's notebooks change
only where the analyst changed them. ``notebooks/.jupyter`` names this function to the server.
"""

from __future__ import annotations

from typing import Any

_OWN = ("briefing.ipynb", "general.ipynb", "explore.ipynb")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def without_outputs(model: dict[str, Any], path: str, **_: Any) -> None:
    """Take outputs, numbers of runs and the kernel's versions off one of the kit's notebooks, just before it is saved.

    A copy under another name keeps everything.

    Parameters
    ----------
    model : dict
        As ``ContentsManager.save`` of Jupyter Server gets it; changed in place.
    path : str
        Where it is saved, below the server's root, with ``/``.
    """
    if model.get("type") != "notebook" or path.rpartition("/")[2] not in _OWN:
        return
    content = model["content"]
    content["metadata"] = dict(_METADATA)
    for cell in content["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
