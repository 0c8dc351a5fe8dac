"""A Redis of a test's own: Debian's redis-server on a unix socket in a folder that goes away."""

import contextlib
import pathlib
import shutil
import subprocess
import tempfile

from stack import bound, wait_for


class Redis:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process = None

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.process = bound(subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--save", "",
             "--dir", str(self.folder)], stdout=subprocess.DEVNULL, start_new_session=True))
        wait_for(self.socket.exists, 20, 0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, *command):
        """The answer of redis-cli."""
        return subprocess.check_output(
            ["redis-cli", "-s", str(self.socket), *command], text=True, errors="replace",
            timeout=10).strip()


@contextlib.contextmanager
def running():
    redis = Redis(tempfile.mkdtemp(prefix="redis-", dir="/tmp"))
    try:
        redis.start()
        yield redis
    finally:
        redis.kill()
        shutil.rmtree(redis.folder, ignore_errors=True)
