"""Third-party assets are copied once, in the subsets that are served, with their licences."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/assets.py"


@pytest.fixture
def assets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assets", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path, assets: ModuleType) -> Path:
    """A checkout whose packages are installed, with pretend files."""
    (tmp_path / "package-lock.json").write_text("{}")
    for file in ("dist/src/index.css", "dist/theme/designsystemet.css", "LICENSE"):
        path = tmp_path / "node_modules" / assets.DESIGN / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a{}/*# sourceMappingURL=a.css.map */")
    for package, (family, subsets) in assets.FONTS.items():
        folder = tmp_path / "node_modules" / package
        (folder / "files").mkdir(parents=True)
        (folder / "LICENSE").write_text("OFL")
        names = [f"{family}-{subset}-wght-normal" for subset in (*subsets, "greek")]
        for name in names:
            (folder / f"files/{name}.woff2").write_text("")
        faces = (f"/* {name} */\n@font-face {{\n  src: url(./files/{name}.woff2);\n}}\n" for name in names)
        (folder / "wght.css").write_text("".join(faces))
    (tmp_path / "node_modules/.package-lock.json").write_text("{}")
    return tmp_path


def test_what_is_served_is_copied_and_nothing_else(assets: ModuleType, root: Path) -> None:
    assert assets.main(root)
    vendor = root / assets.VENDOR
    fonts = {path.name for path in (vendor / "fonts").iterdir()}
    assert "noto-sans-arabic-arabic-wght-normal.woff2" in fonts
    assert not any("greek" in name for name in fonts)
    css = (vendor / "fonts.css").read_text()
    assert css.count("@font-face") == len(fonts)
    assert all(f"url(fonts/{name})" in css for name in fonts)
    assert "sourceMappingURL" not in (vendor / "designsystemet.css").read_text()
    assert len(list((vendor / "licences").iterdir())) == 3


def test_the_second_time_does_nothing_until_something_changes(assets: ModuleType, root: Path) -> None:
    assert assets.main(root)
    assert not assets.main(root)
    (root / "package-lock.json").write_text('{"changed": true}')
    (root / "node_modules/.package-lock.json").touch()
    assert assets.main(root)
