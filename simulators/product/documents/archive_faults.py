"""Ways in which a product writes a wrong IHE_XDM.ZIP, each named for what the product does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from simulators.product.behaviour import Behaviour
from simulators.product.behaviours.documents import TreeFault

Files = dict[str, bytes]


def spoilt_tree(files: Files, behaviour: Behaviour) -> Files:
    """Return the files of the archive as the product lays them out."""
    if behaviour.tree_fault == "none":
        return files
    return TREE_FAULTS[behaviour.tree_fault](files)


def _without(name: str) -> Callable[[Files], Files]:
    return lambda files: {path: content for path, content in files.items() if path != name}


def _no_subset(files: Files) -> Files:
    return {path.replace("IHE_XDM/SUBSET01/", "IHE_XDM/"): content for path, content in files.items()}


def _long_names(files: Files) -> Files:
    def renamed(path: str) -> str:
        return path.replace("/DOC0", "/document-0")

    return {
        renamed(path): content.replace(b">DOC0", b">document-0") if path.endswith("METADATA.XML") else content
        for path, content in files.items()
    }


def _autorun(files: Files) -> Files:
    return {**files, "AUTORUN.INF": b"[autorun]\r\nopen=VISU.EXE\r\n"}


def _readme(files: Files) -> Files:
    return {**files, "README.TXT": b"Archive de documents\r\n"}


def _readme_utf_16(files: Files) -> Files:
    return {**files, "README.TXT": files["README.TXT"].decode("ascii").encode("utf-16")}


def _index(files: Files) -> Files:
    return {**files, "INDEX.HTM": files["INDEX.HTM"].replace(b'href="README.TXT"', b'href="LISEZMOI.TXT"')}


def _index_mute(files: Files) -> Files:
    head, _, rest = files["INDEX.HTM"].partition(b"<p>Emetteur")
    return {**files, "INDEX.HTM": head + rest.partition(b"</p>")[2]}


def _traversal(files: Files) -> Files:
    return {**files, "../LISEZMOI.TXT": b"Documents\r\n"}


TREE_FAULTS: Final[Mapping[TreeFault, Callable[[Files], Files]]] = {
    "no-readme": _without("README.TXT"),
    "no-index": _without("INDEX.HTM"),
    "no-subset": _no_subset,
    "long-names": _long_names,
    "autorun": _autorun,
    "readme-one-line": _readme,
    "readme-utf-16": _readme_utf_16,
    "index-without-readme": _index,
    "index-without-sender": _index_mute,
    "path-outside": _traversal,
}
"""What the product does wrong in the tree."""
