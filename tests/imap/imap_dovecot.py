"""Dovecot as oracle: started from a generated configuration, one fresh user per transcript."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
{ssl}
disable_plaintext_auth = no
auth_mechanisms = plain external xoauth2 oauthbearer
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = sdbox:~/mail
mail_fsync = {fsync}
imap_max_line_length = 64k
postmaster_address = postmaster@localhost
first_valid_uid = 1
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox INBOX {{
    auto = subscribe
  }}
{mailboxes}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service imap {{
  process_limit = 100
}}
service stats {{
  chroot =
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=100M
}}
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
  mail_max_userip_connections = 1000
}}
"""
MEMORY_FOLDER = "/dev/shm"
"""Where hundreds of small mailboxes are made and removed without a disk, on Linux."""
SPECIAL = ("Sent", "Drafts", "Trash", "Junk", "Archive")


class Dovecot:
    """A running Dovecot: any user, any password, in clear, or after STARTTLS with `tls` (PEM files).

    With `in_memory` its mailboxes are in a memory file system where there is one.
    """

    def __init__(
        self, tls: tuple[Path, Path] | None = None, *, fsync: str = "never", in_memory: bool = False
    ) -> None:
        self._fsync = fsync
        self._folder = MEMORY_FOLDER if in_memory and os.access(MEMORY_FOLDER, os.W_OK) else None
        self._ssl = "ssl = no"
        if tls is not None:
            self._ssl = f"ssl = yes\nssl_cert = <{tls[0]}\nssl_key = <{tls[1]}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @staticmethod
    def available() -> bool:
        return shutil.which("dovecot") is not None

    def __enter__(self) -> Dovecot:
        user, group = getpass.getuser(), "nogroup"
        # Dovecot wants short socket paths, readable by the user that it runs mail processes as.
        self.base = Path(tempfile.mkdtemp(prefix="dovecot-", dir=self._folder))
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            user = "nobody"
        else:
            import grp

            group = grp.getgrgid(os.getgid()).gr_name
        for name in ("run", "state", "home"):
            (self.base / name).mkdir()
            (self.base / name).chmod(0o777)
        self.base.chmod(0o755)
        mailboxes = "\n".join(
            f"  mailbox {name} {{\n    auto = subscribe\n    special_use = \\{name}\n  }}" for name in SPECIAL
        )
        file = self.base / "dovecot.conf"
        file.write_text(
            CONFIGURATION.format(
                base=self.base,
                ssl=self._ssl,
                fsync=self._fsync,
                user=user,
                group=group,
                port=self.port,
                mailboxes=mailboxes,
            ),
            encoding="utf-8",
        )
        program = shutil.which("dovecot")
        assert program
        self._process = subprocess.Popen([program, "-F", "-c", str(file)], stderr=subprocess.PIPE)
        deadline = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"Dovecot does not start: {self.log()}") from None
                time.sleep(0.05)

    def log(self) -> str:
        """Return what Dovecot wrote."""
        path = self.base / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace")[-4000:] if path.exists() else ""

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=15)
        shutil.rmtree(self.base, ignore_errors=True)
