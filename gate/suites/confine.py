"""Takes network, files and other processes from this process for good, before it runs code that is not ours.

Linux offers two things for that which need no privileges: Landlock (`landlock(7)`), which leaves of the file system
what is named, keeps programs from being started and other processes from being looked into, and a filter of system
calls (`seccomp(2)`). Both bind threads that begin later, not those that run already, so there must not be any.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import gate

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_ALL = (1 << 13) - 1
"""Every right of the first version of Landlock, from linux/landlock.h; later ones add `_TRUNCATE`."""
_TRUNCATE_SINCE = 3
_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""The AUDIT_ARCH of linux/audit.h, and the number of `socket`, for each machine."""
_IO_URING_SETUP = 425
"""Opens sockets without `socket`; the same number on every machine, like those of Landlock."""
_X32 = 0x40000000
"""From here on x86 has the numbers of another interface, with a `socket` of its own."""
_MACHINE = (
    *("/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory"),
    *("/proc/self/cgroup", "/proc/self/statm", "/sys/devices/system/cpu", "/sys/fs/cgroup"),
)
"""What libraries ask about processors and memory; DuckDB ends the process where it is refused."""
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050000 | 1, 0x7FFF0000
"""What a filter answers; a call that is refused fails with EPERM."""


class ConfinementError(Exception):
    """This machine does not offer it; the message says what is missing."""


def confine(descriptors: Iterable[int]) -> None:
    """From here on: no socket, no program, and no file but those of Python, its packages, and `descriptors`.

    What is open stays open. Raises `ConfinementError` where not all of that is in effect.
    """
    try:
        if sys.platform != "linux" or platform.machine() not in _CALLS:
            raise ConfinementError(f"{platform.system()} on {platform.machine()} does not offer it")
        if len(os.listdir("/proc/self/task")) != 1:
            raise ConfinementError("another thread runs already")
        libc = ctypes.CDLL(None, use_errno=True)
        _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
        _close_files(libc, descriptors)
        _close_network(libc)
    except OSError as error:
        raise ConfinementError(f"{error.filename or 'it'}: {error.strerror}") from None


def _close_files(libc: ctypes.CDLL, descriptors: Iterable[int]) -> None:
    version = _checked(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION), "Landlock")
    handled = _ALL | (_TRUNCATE if version >= _TRUNCATE_SINCE else 0)
    wanted = struct.pack("=Q", handled)
    rules = _checked(libc.syscall(_CREATE_RULESET, wanted, ctypes.c_size_t(len(wanted)), 0), "Landlock")
    try:
        for path in (*_libraries(), *_MACHINE):
            _let(libc, rules, path, _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0))
        _let(libc, rules, os.devnull, _READ_FILE | _WRITE_FILE)
        for descriptor in descriptors:
            _add(libc, rules, descriptor, _READ_FILE)
        _checked(libc.syscall(_RESTRICT_SELF, rules, 0), "Landlock")
    finally:
        os.close(rules)


def _libraries() -> list[str]:
    """Where Python, its packages, the gate and the libraries of the system lie; not whatever `sys.path` names."""
    installed = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    own = str(Path(gate.__file__).resolve().parent)
    return list(dict.fromkeys((sys.prefix, sys.base_prefix, *installed, own, "/usr", "/lib", "/lib64")))


def _let(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    """Adds `path`, if it is there; it stays open, for what /proc has under a path may else become another file."""
    with contextlib.suppress(FileNotFoundError):
        _add(libc, rules, os.open(path, os.O_PATH | os.O_CLOEXEC), rights)


def _add(libc: ctypes.CDLL, rules: int, descriptor: int, rights: int) -> None:
    beneath = struct.pack("=Qi", rights, descriptor)
    _checked(libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, beneath, 0), "Landlock")


def _close_network(libc: ctypes.CDLL) -> None:
    """Refuses sockets of every family: that of Unix leads to agents that hold keys."""
    architecture, socket = _CALLS[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4),  # the architecture, of `struct seccomp_data`
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_JUMP_AT_LEAST, 3, 0, _X32),
        (_JUMP_EQUAL, 2, 0, socket),
        (_JUMP_EQUAL, 1, 0, _IO_URING_SETUP),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    _checked(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0), "seccomp")


def _checked(answer: int, what: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return answer
