"""The unit files by which systemd keeps a hotline running, and what stands in front of it. Pure.

`hotline init` writes them with a network's own paths; `deploy/` has them with the usual ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

TARGET_FILE: Final = "hotline.target"
HOMES: Final = ("/home/", "/root/", "/run/user/")
PROCESSES: Final = {
    "web": "what the carrier calls, and the board",
    "worker": "asks volunteers and sends texts",
    "clock": "what happens because time passes",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a hotline is on its machine. `program` is a command line, as words; `folder` has its
    settings, and all that it writes."""

    program: tuple[str, ...] = ("/opt/hotline/bin/hotline",)
    folder: str = "/var/lib/hotline"
    user: str = "hotline"
    port: int = 8000


def all_units(at: Installation) -> dict[str, str]:
    """Each unit file by its name."""
    services = {f"hotline-{role}.service": service(role, at) for role in PROCESSES}
    return {TARGET_FILE: _TARGET, **services}


def service(role: str, at: Installation) -> str:
    """The unit file of one process."""
    return _SERVICE.format(
        role=role,
        does=PROCESSES[role],
        target=TARGET_FILE,
        user=at.user,
        folder=_plain(at.folder),
        writable=quoted(at.folder),
        command=" ".join(quoted(it) for it in (*at.program, role)),
        home="read-only" if _is_at_home(at) else "yes",
    )


def caddyfile(host: str, web: str = "127.0.0.1:8000") -> str:
    """HTTPS in front of `web`, and nothing larger or slower than that takes."""
    return _CADDYFILE.format(host=host, web=web)


def quoted(word: str) -> str:
    """One word of a command line in a unit file: systemd.service(5), "Command lines"."""
    plain = _plain(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{plain}"' if re.search(r"[\s\"';\\]", word) or not word else plain


def _plain(text: str) -> str:
    """Where % stands for itself: systemd.unit(5), "Specifiers"."""
    return text.replace("%", "%%")


def _is_at_home(at: Installation) -> bool:
    """Whether something of it is where people's own files are."""
    places = (at.folder, str(PurePosixPath(at.program[0])))
    return any(f"{it}/".startswith(HOMES) for it in places)


_TARGET: Final = """\
[Unit]
Description=hotline: web, worker and clock
Wants=hotline-web.service hotline-worker.service hotline-clock.service

[Install]
WantedBy=multi-user.target
"""

# What each line keeps away is in systemd.exec(5). What is left open: the folder, the network, and
# the sockets of a database and a Redis on the same machine.
_SERVICE: Final = """\
[Unit]
Description=hotline {role}: {does}
PartOf={target}
Wants=network-online.target
After=network-online.target postgresql.service redis-server.service valkey-server.service
# However long a part of it is away: it is started again, and never given up.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
User={user}
WorkingDirectory={folder}
Restart=always
RestartSec=2
TimeoutStopSec=20
# It says that it goes on every five seconds, while it does.
WatchdogSec=60

UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
# The second is for modems (docs/modem.md), where there are any.
ReadWritePaths={writable} -/var/spool/hotline
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
MemoryDenyWriteExecute=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
KeyringMode=private
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy={target}
"""

_CADDYFILE: Final = """\
{{
	servers {{
		max_header_size 32KB
		timeouts {{
			read_header 15s
			read_body 30s
			idle 2m
		}}
	}}
}}

{host} {{
	request_body {{
		max_size 4MB # recordings and tables on the board
	}}
	reverse_proxy {web} {{
		# The carrier waits fifteen seconds in all.
		transport http {{
			dial_timeout 3s
			response_header_timeout 20s
		}}
	}}
	header -Server
}}
"""
