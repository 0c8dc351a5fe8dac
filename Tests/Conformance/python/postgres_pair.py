"""Two PostgreSQL servers of a test's own over TCP: a primary, and a standby that follows it at each commit."""

import contextlib
import os
import pathlib
import pwd
import random
import shutil
import socket
import subprocess
import tempfile

import stack as stacks

ADMIN = "payaid_admin"


def account():
    """What to run PostgreSQL as, which refuses to be root: as the embedded one, `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root, and neither postgres nor nobody exists")


def free_port():
    """A port below those that the kernel gives away, so that nobody takes it before its server."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class Server:
    """One of them: its folder, port and commands."""

    def __init__(self, programs, folder):
        self.programs = pathlib.Path(programs)
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()

    def run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=open(self.folder / "output", "ab"), stderr=subprocess.STDOUT, timeout=60,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, **account())
        assert done.returncode == 0, (self.folder / "output").read_text()[-2000:]

    def start(self):
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "fsync": "off",
                    "unix_socket_directories": self.folder}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self.run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-o", options, "-w", "start")

    def kill(self):
        """Stops it at once, as a crash does."""
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def promote(self):
        self.run("pg_ctl", "-D", self.data, "-w", "promote")

    def sql(self, text, database="payaid"):
        return stacks.sql(f"postgresql://{ADMIN}@127.0.0.1:{self.port}/{database}", text)


class Pair:
    """A primary with the database `payaid`, and its standby. What is committed is on both."""

    def __init__(self, programs, folder):
        self.primary = Server(programs, folder / "primary")
        self.standby = Server(programs, folder / "standby")
        self.url = (f"postgresql://payaid@127.0.0.1:{self.primary.port},"
                    f"127.0.0.1:{self.standby.port}/payaid")

    def start(self):
        self.primary.run(
            "initdb", "-D", self.primary.data, "-U", ADMIN, "--auth=trust", "--no-sync", "-E", "UTF8")
        self.primary.start()
        self.primary.sql(
            "CREATE ROLE payaid LOGIN; CREATE DATABASE payaid OWNER payaid;", "postgres")
        self.standby.run(
            "pg_basebackup", "-D", self.standby.data, "-R", "-X", "stream", "--no-sync",
            "-c", "fast", "-d", f"host=127.0.0.1 port={self.primary.port} user={ADMIN}")
        self.standby.start()
        self.primary.sql(
            "ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf();", "postgres")
        stacks.wait_for(lambda: self.primary.sql(
            "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))

    def stop(self):
        for server in (self.primary, self.standby):
            if (server.data / "postmaster.pid").exists():
                server.kill()


@contextlib.contextmanager
def running(programs):
    """A pair in a folder of its own; `programs` is a folder of PostgreSQL's that the account can reach."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="payaid-pair-", dir="/tmp"))
    folder.chmod(0o711)
    for name in ("primary", "standby"):
        (folder / name).mkdir(mode=0o700)
        if user := account():
            os.chown(folder / name, user["user"], user["group"])
    pair = Pair(programs, folder)
    try:
        pair.start()
        yield pair
    finally:
        pair.stop()
        shutil.rmtree(folder, ignore_errors=True)
