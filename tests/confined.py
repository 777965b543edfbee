"""Run a command as a unit file lets it run, as far as one process can confine itself: no memory
that is both written and run, the system calls of its filter alone, its kinds of sockets alone.

    python confined.py hotline-web.service -- hotline web

The kernel holds it to that as it would under systemd. Its folders, its devices and its user are
not confined here: that takes a manager.
"""

from __future__ import annotations

import ctypes
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1  # linux/prctl.h
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # seccomp.h: SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(EPERM)
EQUAL = 4  # SCMP_CMP_EQ


class Comparison(ctypes.Structure):
    """scmp_arg_cmp of libseccomp."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("value", ctypes.c_uint64),
        ("mask", ctypes.c_uint64),
    )


def values(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


def calls_of(word: str) -> Iterator[str]:
    """The system calls behind a name of a filter, which may be a set of sets."""
    if word[0] != "@":
        yield word
        return
    shown = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", word],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in shown.stdout.splitlines()[1:]:
        if (inner := line.strip()) and not inner.startswith("#"):
            yield from calls_of(inner)


def allowed_calls(unit: str) -> set[str]:
    allowed = set(calls_of("@default"))  # always there: systemd.exec(5), SystemCallFilter=
    for line in values(unit, "SystemCallFilter"):
        named = {it for word in line.removeprefix("~").split() for it in calls_of(word)}
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def confine(unit: str) -> None:
    """This process, and all that it begins."""
    if values(unit, "MemoryDenyWriteExecute") == ["yes"]:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "this kernel cannot deny memory that is run")
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(REFUSE))
    for name in sorted(allowed_calls(unit) - {"socket"}):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            library.seccomp_rule_add(rules, ALLOW, number, 0)
    (families,) = values(unit, "RestrictAddressFamilies")
    number = library.seccomp_syscall_resolve_name(b"socket")
    for family in families.split():
        is_it = Comparison(0, EQUAL, getattr(socket, family), 0)
        library.seccomp_rule_add_array(rules, ALLOW, number, 1, ctypes.byref(is_it))
    if library.seccomp_load(rules) != 0:
        raise OSError("the filter of system calls cannot be loaded")


if __name__ == "__main__":
    confine(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606
