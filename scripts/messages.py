"""Collect the Swedish source strings of ``src/hemvist`` into the English catalogue.

Run it after a change of a marked string: ``make messages``. It needs GNU gettext (``scripts/packages.sh gettext``).
Translations that are there stay; strings that are gone leave. Running it again changes nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core.management.commands import makemessages

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/hemvist"
CATALOGUE = SOURCE / "locale/en/LC_MESSAGES/django.po"
# Third-party files that we serve, and migrations, which repeat what the models say.
IGNORED = shutil.ignore_patterns("vendor", "static", "migrations", "__pycache__")
HEADER = """\
# English catalogue of Hemvist. Source strings are Swedish; collected with "make messages".
msgid ""
msgstr ""
"Project-Id-Version: hemvist\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


class Collect(makemessages.Command):
    """Django's ``makemessages``, for the names under which our modules call gettext too."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_L"]
    # A changed sentence is translated anew, not guessed from one that is like it.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def without_header(text: str) -> str:
    """A catalogue's entries: all but the first block, which carries the hour of the run."""
    return text.partition("\n\n")[2]


def collect(catalogue: Path) -> None:
    """Bring ``catalogue`` up to date with the sources. Extraction leaves files beside sources, so it has a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "hemvist"
        shutil.copytree(SOURCE, copy, ignore=IGNORED)
        shutil.rmtree(copy / "locale", ignore_errors=True)
        target = copy / "locale/en/LC_MESSAGES/django.po"
        target.parent.mkdir(parents=True)
        if catalogue.exists():
            shutil.copyfile(catalogue, target)
        before = Path.cwd()
        os.chdir(copy)
        try:
            Collect().run_from_argv(
                ["manage.py", "makemessages", "--locale=en", "--add-location=file", "--no-wrap", "--no-obsolete", "-v0"]
            )
        finally:
            os.chdir(before)
        text = HEADER + "\n" + without_header(target.read_text(encoding="utf-8"))
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    if not catalogue.exists() or catalogue.read_text(encoding="utf-8") != text:
        catalogue.write_text(text, encoding="utf-8")


def read(catalogue: Path) -> Catalog:
    with catalogue.open("rb") as file:
        return read_po(file, locale="en")


def untranslated(catalogue: Path) -> list[str]:
    """Source strings without an English text, of which every plural form counts."""
    found = []
    for message in read(catalogue):
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(forms)):
            found.append(message.id[0] if isinstance(message.id, tuple | list) else message.id)
    return found


def main() -> int:
    if shutil.which("xgettext") is None:
        subprocess.run([ROOT / "scripts/packages.sh", "gettext"], check=True)  # noqa: S603
    collect(CATALOGUE)
    missing = untranslated(CATALOGUE)
    for text in missing:
        sys.stdout.write(f"untranslated: {text}\n")
    sys.stdout.write(f"{CATALOGUE.relative_to(ROOT)}: {sum(bool(m.id) for m in read(CATALOGUE))} strings, ")
    sys.stdout.write(f"{len(missing)} untranslated\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
