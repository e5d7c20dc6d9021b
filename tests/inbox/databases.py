"""Starts databases for tests, in a temporary folder, on free ports of the loopback address.

python3 databases.py [postgresql] [mysql] [redis]     starts these, or all three

It prints one line of JSON with their URLs, {"postgresql": "postgresql://…", …}, and then executes
the commands on its standard input. It answers each with the line "ok" when it is done:

kill [NAME]       kills a database with SIGKILL, or all of them
restart [NAME]    starts it again on the same port, with its data

When its standard input ends, it stops them and removes the folder. A program that is missing on this
machine is an error that says what to install. Python tests import `Databases` instead.
"""

import errno
import json
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = {
    "postgresql": "postgresql",
    "mysql": "mariadb-server",
    "redis": "redis-server",
}
# The URLs contain it, so that a test can check that it occurs nowhere else.
PASSWORD = "pw" + secrets.token_hex(8)
# The time within which a database must answer, in seconds.
PATIENCE = 60


class Database:
    def __init__(self, name, folder):
        self.name = name
        self.folder = folder / name
        self.log = folder / f"{name}.log"
        self.process = None
        self.port = free_port()

    def command(self, command, **more):
        """Runs a command as the user of the databases, which refuse to run as root."""
        done = subprocess.run(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **{**user(), **more},
        )
        if done.returncode:
            sys.exit(f"{command[0]} failed:\n{done.stdout.decode(errors='replace')}")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, self.server())),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **user(),
            )
        late = time.monotonic() + PATIENCE
        while True:
            if self.process.poll() is not None or time.monotonic() > late:
                self.kill()
                sys.exit(f"{self.name} doesn't start:\n{self.log.read_text(errors='replace')}")
            if quiet(self.ping()):
                return
            time.sleep(0.05)

    def kill(self):
        """Kills the server and its child processes, of which PostgreSQL has many."""
        pids = [self.process.pid, *children(self.process.pid)]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            # A fast shutdown of PostgreSQL; after SIGTERM it would wait for its clients.
            self.process.send_signal(signal.SIGINT if self.name == "postgresql" else signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()


class PostgreSQL(Database):
    def create(self):
        # In a file, because a password must not be visible in the list of processes.
        password = self.folder.with_name("password")
        password.write_text(PASSWORD)
        password.chmod(0o644)
        options = ["--no-sync", "--username=inbox", f"--pwfile={password}", "--encoding=UTF8"]
        options += ["--auth=scram-sha-256", "--locale=C.UTF-8"]
        self.command([self.program("initdb"), "-D", self.folder, *options])

    @staticmethod
    def program(name):
        folders = [Path(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
        if shutil.which("pg_config"):
            folders.append(Path(output("pg_config", "--bindir")))
        for folder in reversed(folders):
            if (folder / name).exists():
                return folder / name
        return find(name, "postgresql")

    def server(self):
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [self.program("postgres"), "-D", self.folder, *settings]

    def ping(self):
        return [self.program("pg_isready"), "-h", "127.0.0.1", "-p", self.port]

    def url(self):
        return f"postgresql://inbox:{PASSWORD}@127.0.0.1:{self.port}/postgres"


class MySQL(Database):
    def create(self):
        self.init = self.folder.with_name("mysql-init.sql")
        self.init.write_text(
            "CREATE DATABASE IF NOT EXISTS inbox CHARACTER SET utf8mb4;\n"
            f"CREATE USER IF NOT EXISTS inbox@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON inbox.* TO inbox@'127.0.0.1';\n"
        )
        self.init.chmod(0o644)
        install = find("mariadb-install-db", "mysql")
        options = ["--no-defaults", f"--datadir={self.folder}", "--skip-test-db"]
        self.command([install, *options, "--auth-root-authentication-method=normal"])

    def server(self):
        return [
            find("mariadbd", "mysql"),
            "--no-defaults",
            f"--datadir={self.folder}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--socket={self.folder / 'socket'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--init-file={self.init}",
            "--skip-name-resolve",
        ]

    def ping(self):
        address = ["--host=127.0.0.1", f"--port={self.port}", "--user=inbox"]
        return [find("mariadb-admin", "mysql"), "--no-defaults", *address, "ping"]

    def url(self):
        return f"mysql://inbox:{PASSWORD}@127.0.0.1:{self.port}/inbox"


class Redis(Database):
    def create(self):
        self.folder.mkdir()
        config = self.folder / "redis.conf"
        config.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\nrequirepass {PASSWORD}\n"
            'save ""\nappendonly yes\nappendfsync always\n'
        )
        if os.geteuid() == 0:
            for path in (self.folder, config):
                os.chown(path, account().pw_uid, account().pw_gid)

    def server(self):
        return [find("redis-server", "redis"), self.folder / "redis.conf"]

    def ping(self):
        # With -e it exits with 1 on an error, such as while the data is loaded.
        return [find("redis-cli", "redis"), "-e", "-p", self.port, "ping"]

    def url(self):
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"


class Databases:
    """Databases that run until `stop`; `urls` has their addresses by name."""

    def __init__(self, *names):
        kinds = {"postgresql": PostgreSQL, "mysql": MySQL, "redis": Redis}
        self.folder = Path(tempfile.mkdtemp(prefix="visiono-databases-"))
        if os.geteuid() == 0:
            os.chown(self.folder, account().pw_uid, account().pw_gid)
        self.running = {name: kinds[name](name, self.folder) for name in names or kinds}
        try:
            for database in self.running.values():
                database.create()
                database.start()
        except BaseException:
            self.stop()
            raise
        self.urls = {name: database.url() for name, database in self.running.items()}

    def kill(self, *names):
        for name in names or self.running:
            self.running[name].kill()

    def restart(self, *names):
        for name in names or self.running:
            self.running[name].start()

    def stop(self):
        for database in self.running.values():
            database.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def account():
    return pwd.getpwnam("nobody")


def user():
    if os.geteuid() != 0:
        return {"cwd": "/"}
    found = account()
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": [], "cwd": "/"}


def find(program, name):
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        sys.exit(f"{program} is missing: install Debian's {PACKAGES[name]}")
    return found


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def quiet(command):
    """Returns whether a command succeeds. Its passwords are in the environment, not in its
    arguments."""
    environment = {**os.environ, "REDISCLI_AUTH": PASSWORD, "MYSQL_PWD": PASSWORD}
    done = subprocess.run(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    return done.returncode == 0


def children(parent):
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, can contain spaces.
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found


def free_port():
    """Returns a port that no other connection is assigned while the server is down."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED:
                return port


def main():
    unknown = [name for name in sys.argv[1:] if name not in PACKAGES]
    if unknown:
        sys.exit(__doc__)
    # A signal also stops the databases.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))
    with Databases(*sys.argv[1:]) as databases:
        print(json.dumps(databases.urls), flush=True)
        for line in sys.stdin:
            verb, *names = line.split()
            {"kill": databases.kill, "restart": databases.restart}[verb](*names)
            print("ok", flush=True)


if __name__ == "__main__":
    main()
