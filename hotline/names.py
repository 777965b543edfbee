"""What people are called by: the first name in a name as somebody wrote it.

Pure. Names are written in many ways and nobody is asked to write theirs in another: this knows the
comma behind a surname, titles, and what stands behind a name. It takes one word: whoever is called
Maria Jose is "Maria" to whoever they help.
"""

from __future__ import annotations

import re
import unicodedata

from hotline.phrasebook import heard

_COMMAS = re.compile(r"[,\u060c\uff0c\u3001]")

# Compared without accents, dots and capitals. "Don" is none: it is a first name as well.
TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "mx", "miss", "dr", "doctor", "prof", "professor", "rev", "reverend"),
        *("pastor", "father", "sister", "brother", "deacon", "rabbi", "imam", "capt", "sgt"),
        *heard("title"),
    }
)
# With these it takes a dot: "D. Ruiz" and "M. Dupont", but Me is somebody's name.
_TITLES_WITH_A_DOT = frozenset({"d", "m", "me"})
_BEHIND = frozenset(
    {
        *("jr", "sr", "junior", "senior", "ii", "iii", "iv", "esq"),
        *("md", "rn", "lpn", "np", "pa", "phd", "dds", "lcsw", "msw", "cna", "emt", "ma", "ba"),
        *("she", "her", "he", "him", "they", "them", "ella", "el", "elle"),
    }
)


LONGEST_OWN_NAME = 30  # letters
MOST_NAMES = 3  # words of it
_BETWEEN = " -'\u2019"
_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK"}  # written in one name

# What somebody is, or says they are, and is not called: whoever opens a door believes it.
_OFFICES = frozenset(
    {
        *("police", "policeman", "officer", "cop", "sheriff", "fbi", "ice", "cps", "government"),
        *("doctor", "nurse", "medic", "paramedic", "ambulance", "firefighter", "emergency"),
        *("steward", "stewards", "hotline", "admin", "administrator", "moderator", "support"),
        *("coordinator", "manager", "staff", "official", "operator", "system", "social", "worker"),
        *heard("office"),
    }
)


def is_own_name(written: str) -> bool:
    """Whether somebody may call themselves so: one to three words in letters of one script, with
    hyphens and apostrophes in them and a dot behind an initial, and no word of office. What cannot
    be seen, or turns a line around, is no letter."""
    bare = re.sub(r"(?<=\b\w)\.(?= |$)", "", written)
    words = bare.split()
    if not 1 <= len(words) <= MOST_NAMES or len(written) > LONGEST_OWN_NAME:
        return False
    letters = [it for it in bare if it not in _BETWEEN]
    if any(unicodedata.category(it) not in _LETTERS for it in letters):
        return False
    offices = _OFFICES | (TITLES - _TITLES_WITH_A_DOT)
    is_person = offices.isdisjoint(_plain(word) for word in re.split(r"[ \-]+", bare))
    return is_person and len({_script(it) for it in letters} - {""}) == 1


_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo", "Lm", "Mn", "Mc"})


def _script(letter: str) -> str:
    """As Unicode calls it; empty for a mark, which goes with any."""
    if unicodedata.category(letter)[0] == "M":
        return ""
    script = unicodedata.name(letter, "?").split()[0]
    return _TOGETHER.get(script, script)


def first_name(name: str | None) -> str | None:
    """The first name of somebody, for whoever hears of them; None if there is no name.

    A title stays where one word is all there is besides: "Dr. Smith" is no first name of Smith.
    """
    parts = [part for part in _COMMAS.split(name or "") if not _stands_behind(part)]
    words = "".join(parts[1:2] or parts[:1]).split()
    titles = next((place for place, word in enumerate(words) if not _is_title(word)), len(words))
    called = [bare for word in words[titles:] if (bare := _bare(word))]
    if not called:
        return " ".join((name or "").split()) or None
    is_surname = titles > 0 and len(called) == len(parts) == 1
    return f"{words[titles - 1]} {called[0]}" if is_surname else called[0]


def shown_names(name: str | None, who: int) -> list[str]:
    """What somebody may be called, the best first: by the first name, with the letter of another
    name behind it, with a small number, with their id. None of these for who has no name."""
    first = first_name(name)
    if not first:
        return []
    first = first[:1].upper() + first[1:]
    others = [it for it in re.findall(r"[^\W\d_]+", name or "") if _is_another(it, first)]
    lettered = [f"{first} {others[0][0].upper()}."] if others else []
    return [first, *lettered, *(f"{first} {number}" for number in range(2, 10)), f"{first} {who}"]


def _is_another(word: str, first: str) -> bool:
    return _plain(word) not in {_plain(first), *TITLES, *_BEHIND}


def _stands_behind(part: str) -> bool:
    """Whether it is no name: "Jr.", "RN", "she/her"."""
    words = re.split(r"[\s/]+", part.strip(" ()"))
    return all(_plain(word) in _BEHIND | TITLES for word in words if word)


def _is_title(word: str) -> bool:
    plain = _plain(word)
    return plain in TITLES and (plain not in _TITLES_WITH_A_DOT or word.endswith("."))


def _bare(word: str) -> str:
    """Without quotes, brackets, flowers and the like around it."""
    letters = [
        place for place, letter in enumerate(word) if unicodedata.category(letter)[0] in "LMN"
    ]
    return word[letters[0] : letters[-1] + 1] if letters else ""


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if letter.isalnum())
