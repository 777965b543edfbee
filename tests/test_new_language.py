"""Another language is a folder and some tables, and no code: proven in a copy of the program, with
a language that nobody speaks. What is wrong in such files is told by `hotline check`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from neighborhood import ACCOUNT, TOKEN

ROOT = Path(__file__).parents[1]
ROOMS = ("hotline", "sms", "ivr", "queue", "serving", "rehearsal")
CODE = "eo"  # which Babel knows; the words are ours
WORDS = """\
# Invented.
language	zubo
yes	zel
page_yes	zel
no	nok
page_no	nok
stop	halu
safe	sekur
need	bezu
asking	bezu
hints	mu zo
small_talk	hoi
thanks	dank
label_food	mugo
"""
LEXICONS = {
    "needs": "food\tmugo*\n",
    "moves": "stop\tnimo_plu\n",
    "danger": "fear\tmu_timu\n",
    "details": "tonight\tzinok\n",
    "small": "small\tmu zo\n",
}
SAID = {
    "{network}: got it, your request is": "{network}: Zup, {number} zo. Sekur dan.",
    "{network}: a neighbor in {area} needs": "{network}: {area} bezu {need} ({ago}). ZEL {number},"
    " NOK {number}.",
    "{network}: a neighbor needs {need}": "{network}: bezu {need} ({ago}). ZEL {number}, NOK"
    " {number}.",
    "{number} is yours, thanks!": '{number} zo tu: "{quote}" SEKUR',
    "Good news: {name} is taking": "{name} zel {number}. SEKUR",
    "Done: nothing passes between": "Sekur: {number} nimo plu. {emergency}",
    "tonight": "zinok",
    "just now": "nu",
}
TRANSCRIPT = """\
A language that is a folder and some tables is spoken and understood.

languages: en, eo
volunteers: Ana (eo), Ben (eo)

Maria > hoi, mu bezu mugo zinok
Maria < Zup, 12 zo.
Ana   < bezu mugo (zinok, nu). ZEL 12, NOK 12.
Ben   < bezu mugo (zinok, nu). ZEL 12, NOK 12.
Ben   > nimo plu
Ben   < no more texts
Ana   > zel 12
Ana   < 12 zo tu: "hoi, mu bezu mugo zinok" SEKUR
Maria < Ana zel 12. SEKUR
Maria > sekur
Maria < Sekur: 12 nimo plu. 911
Maria < Nobody is free for 12
Ana   < 12 is no longer needed
Ana   > halu
Ana   < no more texts
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program."""
    place = tmp_path / "program"
    for room in ROOMS:
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def run(program: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Python, with the copy in the place of the program."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": os.pathsep.join(map(str, (program, program / "queue", ROOT / "tests"))),
        "PUBLIC_URL": "https://help.example.org",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "HOTLINE_NUMBER": "+12125550199",
        **more,
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=program,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def check(program: Path, languages: str = '"en", "es"') -> subprocess.CompletedProcess[str]:
    file = program / "hotline.toml"
    file.write_text(f"[hotline]\nlanguages = [{languages}]\n", encoding="utf-8")
    return run(program, "-m", "hotline", "check")


def add_language(program: Path, said: Mapping[str, str] = SAID, words: str = WORDS) -> None:
    folder = program / "hotline" / "catalogues" / CODE
    (folder / "LC_MESSAGES").mkdir(parents=True)
    (folder / "words.tsv").write_text(words, encoding="utf-8")
    with (ROOT / "hotline" / "catalogues" / "messages.pot").open("rb") as template:
        catalogue = read_po(template, locale=CODE)
    for message in catalogue:
        english = str(message.id)
        message.string = next(
            (it for begins, it in said.items() if english.startswith(begins) and english), ""
        )
    with (folder / "LC_MESSAGES" / "messages.po").open("wb") as file:
        write_po(file, catalogue, omit_header=True, no_location=True, sort_output=True)
    for family, rows in LEXICONS.items():
        (program / "sms" / "lexicon" / f"{family}.{CODE}.tsv").write_text(rows, encoding="utf-8")


def test_a_language_is_a_folder_and_some_tables(
    program: Path, tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    add_language(program)
    told = check(program, '"en", "eo"')
    assert "All right" in told.stdout, told.stdout + told.stderr
    assert "eo: " in told.stdout
    assert "sentences are told in English" in told.stdout
    assert "eo: on the phone a voice of en reads it" in told.stdout
    assert "lexicon" not in told.stdout, "none of the tables is missing"
    script = tmp_path / "play.py"
    script.write_text(
        "import sys\nfrom rehearsal import transcript\nfrom test_conversations import play\n"
        f"assert transcript.__file__.startswith({str(program)!r}), 'it is the copy that plays'\n"
        f"play(transcript.parse({TRANSCRIPT!r}), *sys.argv[1:])\nprint('played')\n",
        encoding="utf-8",
    )
    played = run(program, str(script), sqlite_url, redis_url)
    assert "played" in played.stdout, played.stderr[-2000:]


# What `hotline check` says of mistakes: every one, where it is, and what mends it.


def append(file: Path, text: str | bytes) -> int:
    """Write it behind what is there. In which line it stands."""
    before = file.read_bytes()
    before += b"" if before.endswith(b"\n") else b"\n"
    file.write_bytes(before + (text if isinstance(text, bytes) else text.encode()))
    return before.count(b"\n") + 1


def told(program: Path) -> str:
    checked = check(program)
    assert checked.returncode == 1, checked.stdout
    assert "Traceback" not in checked.stderr
    return checked.stderr


def test_mistakes_in_what_people_write_are_told_with_file_and_line(program: Path) -> None:
    catalogues = program / "hotline" / "catalogues"
    wrong = {
        ("fr", "yess\toui\n"): "'yess' is none of ",
        ("ht", "yes wi\n"): "write a name, a tab, and its phrases",
        ("pt", "days\tsegunda\n"): "days must name seven days, from Monday on",
        ("fil", "ago_hour\tna_ang_nakaraan\n"): "ago_hour needs {count} in it",
        ("es", b"yes\tma\xf1ana\n"): "cannot be read; save the file as UTF-8",
    }
    lines = {code: append(catalogues / code / "words.tsv", text) for code, text in wrong}
    shutil.copytree(catalogues / "es", catalogues / "xx")
    said = told(program)
    for (code, _), mend in wrong.items():
        assert f"catalogues/{code}/words.tsv: line {lines[code]}: {mend}" in said
    assert "catalogues/xx: Babel knows no language by this code; name the folder by" in said
    assert "6 mistakes" in said


def test_mistakes_in_lexicons_and_catalogues_are_told_with_file_and_line(program: Path) -> None:
    lexicon = program / "sms" / "lexicon"
    wrong = {
        ("needs", "fodo\tpan\n"): "'fodo' is none of baby, childcare",
        ("moves", "stop\tno_<mas>\n"): "there is no row =mas above it",
        ("danger", "fear\tmi*\n"): "'mi*' begins too much; write the words out",
        ("details", "diapers panal\n"): "write a name, a tab, and its entries",
        ("small", b"small\tni\xf1o\n"): "cannot be read; save the file as UTF-8",
    }
    lines = {family: append(lexicon / f"{family}.es.tsv", text) for family, text in wrong}
    catalogues = program / "hotline" / "catalogues"
    line_of_words = append(catalogues / "es" / "words.tsv", "yes\tS\u00ed,_claro\n")
    file = catalogues / "es" / "LC_MESSAGES" / "messages.po"
    po = file.read_text("utf-8")
    assert "{number}: {name} has it now" in po
    start = po.index('msgid "{number}: {name} has it now')
    line_of_po = po[:start].count("\n") + 1
    entry = po[start : po.index("\n\n", start)]
    broken = entry.partition("msgstr ")[0] + 'msgstr "{nombre} ya lo tiene."'
    file.write_text(po.replace(entry, broken), encoding="utf-8")
    said = told(program)
    for (family, _), mend in wrong.items():
        assert f"{family}.es.tsv: line {lines[family]}: " in said
        assert mend in said
    assert f"catalogues/es/words.tsv: line {line_of_words}: yes: write " in said
    where = f"catalogues/es/LC_MESSAGES/messages.po: line {line_of_po}: "
    assert where + "{nombre} is none of {name}, {number}, which are filled in here" in said
    assert where + "{number} is left out; it must be in it" in said


def test_a_catalogue_that_lacks_a_sentence_is_told(program: Path) -> None:
    file = program / "hotline" / "catalogues" / "es" / "LC_MESSAGES" / "messages.po"
    po = file.read_text("utf-8")
    start = po.index('msgid "{number} is done. Thank you, neighbor!"')
    end = po.index("\n\n", start)
    file.write_text(po[:start] + po[end:], encoding="utf-8")
    checked = check(program)
    assert checked.returncode == 0
    assert "es: 1 of " in checked.stdout
    assert 'told in English, the first of them "{number} is done.' in checked.stdout


def test_a_catalogue_that_is_none_is_told(program: Path) -> None:
    file = program / "hotline" / "catalogues" / "es" / "LC_MESSAGES" / "messages.po"
    line = append(file, "\nmsgid no quotes\n") + 1
    assert f"catalogues/es/LC_MESSAGES/messages.po: line {line}: is no gettext" in told(program)
