"""Runs the calculations of one session of the local Athena: `python3 -I -c START [LIMITS]`, where START reads this text from stdin into
`engine` and executes it (LocalAthena's PythonCommand has it). The lines below follow on stdin.

Two processes. The *supervisor* speaks with the gateway and never runs a line of the user's. The *interpreter*, forked from it, runs
the code blocks in one namespace. So the supervisor can always answer, kill and start anew, whatever the code does: a busy loop,
a crash in C, os._exit.

One JSON object a line. On stdin:
    {"id": "…", "code": "…", "stdout": "/path", "stderr": "/path"}      run this; the outputs go to these files
    {"interrupt": "…"}                                                  stop the calculation of this id
On stdout:
    {"ready": true, "pid": 42}                                          an interpreter without variables is there; pid leads its group
    {"id": "…", "state": "COMPLETED"}
    {"id": "…", "state": "FAILED", "reason": "ZeroDivisionError: division by zero"}
    {"id": "…", "state": "CANCELED"}                                    with a reason where the variables are lost
    {"error": "…"}                                                      the line was not one of the above; nothing was done

Calculations run one after the other. A calculation that takes its interpreter down is answered first, then a new "ready" follows.
At the end of stdin, SIGTERM, SIGINT or SIGHUP everything that the session ever started is killed, and the supervisor ends.

The code is not confined: it runs as this user, with this user's files, processes and network, and may kill the gateway. What is promised
is that it doesn't see the environment and descriptors of the gateway, which makes itself non-dumpable for that, doesn't outlive the
gateway, and can't speak in the supervisor's name. Root still can do all of it.
"""

import collections
import contextlib
import ctypes
import faulthandler
import importlib.util
import json
import linecache
import os
import resource
import select
import shutil
import signal
import site
import socket
import sys
import threading
import time
import traceback
import types
import weakref

# 0 is no limit. Each holds for each process alone, but `processes`, which counts all of the user's.
LIMITS = {
    "memory_bytes": 4 << 30,  # address space; Spark's JVM is exempt, it reserves more than it uses
    "cpu_seconds": 0,
    "open_files": 4096,
    "output_bytes": 64 << 20,  # of any one file that the code writes: the kernel knows no limit for stdout alone
    "processes": 0,
}
KEPT = {"PATH", "HOME", "LANG", "TZ", "TMPDIR", "JAVA_HOME", "SPARK_HOME", "VIRTUAL_ENV", "PYTHONPATH"}
KEPT_PREFIXES = ("LC_", "PYSPARK_")
SCRUBBED = "athena-gateway-session-scrubbed"

GRACE = 4.0  # seconds from an interrupt to SIGKILL
REASON = 1024  # characters of StateChangeReason (Athena's model)

STDIN, STDOUT, STDERR = 0, 1, 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
prctl = ctypes.CDLL(None, use_errno=True).prctl


def main():
    scrub_environment()
    given = [argument for argument in sys.argv[1:] if argument != SCRUBBED]
    limits = {**LIMITS, **json.loads(given[0])} if given else LIMITS
    close_inherited()
    with contextlib.suppress(PermissionError):  # already leads a group
        os.setsid()
    # Orphans of the code come to the supervisor instead of to init, so that a daemon is killed with the session as well.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Else the code could open the gateway's pipes through /proc/PPID/fd.
    prctl(PR_SET_DUMPABLE, 0)
    supervisor = Supervisor(limits)
    try:
        supervisor.serve()
    except BrokenPipeError:
        pass  # nobody reads the answers any more
    finally:
        supervisor.kill_everything()


def scrub_environment():
    """Starts anew where there is something to hide: /proc/self/environ shows what a process began with, whatever it unset."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(KEPT_PREFIXES)}
    if kept != dict(os.environ) and sys.argv[-1] != SCRUBBED:
        file = os.memfd_create("engine.py", 0)  # flags: not closed by what follows
        with open(file, "wb", closefd=False) as copy:
            copy.write(engine)  # START's name for this text
        os.execve(sys.executable, [sys.executable, "-I", f"/proc/self/fd/{file}", *sys.argv[1:], SCRUBBED], kept)
    os.environ.clear()
    os.environ.update(kept)


def close_inherited():
    """The gateway's sockets and the pipes of other sessions are none of the code's business."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > STDERR:
            with contextlib.suppress(OSError):
                os.close(int(name))


class Supervisor:
    def __init__(self, limits):
        self.limits = limits
        self.home = os.getcwd()
        self.received = b""
        self.queue = collections.deque()
        self.current = None
        self.pid = None
        # What a signal handler would do, the loop does: each signal's number comes as a byte through this pipe.
        self.wake, self.wake_end = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.wake_end, False)
        signal.set_wakeup_fd(self.wake_end)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, do_nothing)

    def serve(self):
        self.start()
        while True:
            readers = [STDIN, self.wake] + ([self.channel] if self.channel else [])
            writers = [self.channel] if self.channel and self.outgoing else []
            readable, writable, _ = select.select(readers, writers, [], self.time_left())
            if writable:
                self.send()
            if self.channel in readable:
                self.hear()
            if self.wake in readable and not self.take_signals():
                return
            if STDIN in readable and not self.take_requests():
                return
            if self.time_left() == 0:
                self.deadline = None
                self.signal_group(signal.SIGKILL)
            self.start_next()

    # The interpreter's life

    def start(self):
        self.channel, theirs = socket.socketpair()
        self.heard, self.outgoing = b"", b""
        self.token, self.running, self.canceled, self.deadline = new_token(), False, False, None
        self.is_ready = False
        supervisor = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.become_interpreter(theirs, supervisor)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        theirs.close()
        self.channel.setblocking(False)
        with contextlib.suppress(OSError):  # the child does so too: whoever comes first
            os.setpgid(self.pid, self.pid)

    def become_interpreter(self, channel, supervisor):
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(1)  # it died before the line above
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        prctl(PR_SET_DUMPABLE, 1)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in (self.wake, self.wake_end, self.channel.detach()):
            os.close(descriptor)
        find_packages()
        set_limits(self.limits)
        Interpreter(channel, self.token, self.home).serve()

    def ended(self, status):
        """The interpreter is dead. What it started goes with it, what it said last still counts, and a new one takes its place."""
        self.kill_everything()
        while self.hear():
            pass
        if not self.is_ready:
            sys.exit(f"no interpreter: it {how_it_ended(status)} before it was ready")
        if self.current:
            reason = f"the Python process {how_it_ended(status)}; the session's variables are lost"
            self.finish("FAILED", reason, lost=True)
        self.start()

    def signal_group(self, number):
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def kill_everything(self):
        """First the group, at once: a fork bomb would outrun anything slower. Then what has left the group, level by level: what
        the dead leave behind becomes a child of the supervisor, until there are none."""
        self.signal_group(signal.SIGKILL)
        while pids := list(children()):
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def take_signals(self):
        """False where one of them says to end."""
        numbers = os.read(self.wake, 4096)
        if any(number != signal.SIGCHLD for number in numbers):
            return False
        with contextlib.suppress(ChildProcessError):
            while dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                is_interpreter = dead.si_pid == self.pid
                if is_interpreter:
                    self.signal_group(signal.SIGKILL)  # while nobody else can have its number
                    self.pid = None
                _, status = os.waitpid(dead.si_pid, 0)
                if is_interpreter:
                    self.ended(status)
        return True

    # The gateway's side

    def take_requests(self):
        """False at the end of stdin."""
        data = os.read(STDIN, 1 << 16)
        *lines, self.received = (self.received + data).split(b"\n")
        for line in lines:
            self.take(line)
        return bool(data)

    def take(self, line):
        request = parse(line)
        if is_calculation(request):
            self.queue.append(request)
        elif isinstance(request, dict) and isinstance(request.get("interrupt"), str):
            self.interrupt(request["interrupt"])
        else:
            self.answer({"error": "a line is a JSON object with the strings id, code, stdout and stderr, or interrupt"})

    def interrupt(self, identifier):
        """One that has ended is no error: its answer was on its way."""
        if self.current and self.current["id"] == identifier and not self.canceled:
            self.canceled, self.deadline = True, time.monotonic() + GRACE
            self.send_interrupt()
        for request in [request for request in self.queue if request["id"] == identifier]:
            self.queue.remove(request)
            self.answer({"id": identifier, "state": "CANCELED"})

    def answer(self, message):
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(STDOUT, line):]

    def finish(self, state, reason, lost=False):
        if self.canceled and state == "FAILED":
            state = "CANCELED"
        answer = {"id": self.current["id"], "state": state}
        if state == "FAILED" or lost:
            answer["reason"] = one_line(reason)
        self.current, self.running, self.canceled, self.deadline = None, False, False, None
        self.token = new_token()
        self.answer(answer)

    # The interpreter's side

    def start_next(self):
        if self.queue and self.is_ready and not self.current:
            self.current = self.queue.popleft()
            # Never a blocking write: an interpreter that does not read must not keep the supervisor from seeing the end of stdin.
            self.outgoing = json.dumps({**self.current, "token": self.token}).encode() + b"\n"

    def send(self):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self.outgoing = self.outgoing[self.channel.send(self.outgoing):]

    def hear(self):
        """One read, for the code shares the other end with its interpreter and may flood it. A line without the token is noise.
        False where there is nothing more."""
        if not self.channel:
            return False
        try:
            data = self.channel.recv(1 << 16)
        except BlockingIOError:
            return False
        except ConnectionError:
            data = b""
        if not data:
            self.channel.close()
            self.channel = None
        *lines, self.heard = (self.heard + data).split(b"\n")
        self.heard = self.heard[-(1 << 16):]
        for message in map(parse, lines):
            if isinstance(message, dict) and message.get("token") == self.token:
                self.note(message.get("state"), message.get("reason"))
        return bool(data)

    def note(self, state, reason):
        if not self.is_ready:
            self.is_ready, self.token = True, new_token()
            self.answer({"ready": True, "pid": self.pid})
        elif self.current and state == "RUNNING":
            self.running = True
            self.send_interrupt()
        elif self.current and state in ("COMPLETED", "FAILED"):
            self.finish(state, str(reason))

    def send_interrupt(self):
        """To the whole group, as a terminal does: os.system would sit out a signal that its child does not get. Not before the
        code runs, or the signal would be lost."""
        if self.canceled and self.running:
            self.signal_group(signal.SIGINT)

    def time_left(self):
        return None if self.deadline is None else max(0, self.deadline - time.monotonic())


def new_token():
    return os.urandom(16).hex()


def parse(line):
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def is_calculation(request):
    return isinstance(request, dict) and all(isinstance(request.get(k), str) for k in ("id", "code", "stdout", "stderr"))


def children():
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            with open(f"/proc/{name}/stat", "rb") as file:
                # proc(5): "pid (comm) state ppid …", and comm may hold spaces and brackets
                if int(file.read().rpartition(b")")[2].split()[1]) == os.getpid():
                    yield int(name)


def how_it_ended(status):
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"ended with status {code}"
    names = {int(number): number.name for number in signal.Signals}
    return f"ended by signal {-code} ({names.get(-code, 'real-time')})"


def one_line(text):
    """Printable, without line breaks and lone surrogates, as long as Athena allows, never empty."""
    text = " ".join(text[: 2 * REASON].split())
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text) or "no reason was given"
    return text if len(text) <= REASON else text[: REASON - 1] + "…"


def find_packages():
    """What -I leaves out, to shield the supervisor, is there for the code: pyspark may be in it."""
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    if sys.prefix == sys.base_prefix and os.path.isdir(site.getusersitepackages()):
        site.addsitedir(site.getusersitepackages())


def set_limits(limits):
    memory, cpu, output = limits["memory_bytes"], limits["cpu_seconds"], limits["output_bytes"]
    has_spark = importlib.util.find_spec("pyspark") is not None
    set_limit(resource.RLIMIT_AS, memory, resource.RLIM_INFINITY if has_spark else memory)  # Spark lifts it for the JVM
    set_limit(resource.RLIMIT_CPU, cpu, cpu + 1)  # first SIGXCPU, which tells what happened, then SIGKILL
    set_limit(resource.RLIMIT_FSIZE, output, output)  # Python ignores SIGXFSZ: the code sees OSError EFBIG
    set_limit(resource.RLIMIT_NOFILE, limits["open_files"], limits["open_files"])
    set_limit(resource.RLIMIT_NPROC, limits["processes"], limits["processes"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def set_limit(kind, soft, hard):
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), ceiling if hard == resource.RLIM_INFINITY else min(hard, ceiling)
    if soft:
        resource.setrlimit(kind, (soft, hard))


class Interpreter:
    def __init__(self, channel, token, home):
        self.channel, self.token = channel, token
        self.pid = os.getpid()
        self.home = home
        self.count = 0
        self.on_interrupt = signal.default_int_handler
        self.disarm()
        self.null = os.open(os.devnull, os.O_RDWR)
        self.stdout = Output(STDOUT, self.null, "strict")
        self.stderr = Output(STDERR, self.null, "backslashreplace")
        faulthandler.enable(STDERR)
        sys.argv = [""]
        # A real module: pickle, dataclasses and multiprocessing look the code's names up in sys.modules["__main__"].
        module = sys.modules["__main__"] = types.ModuleType("__main__")
        self.namespace = module.__dict__
        self.namespace["spark"] = Lazy(self.namespace, "spark", spark_session)
        self.namespace["sc"] = Lazy(self.namespace, "sc", lambda: spark_session().sparkContext)

    def serve(self):
        requests = self.channel.makefile("rb")
        self.tell("READY")
        for line in requests:
            request = json.loads(line)
            self.token = request["token"]
            failure = self.calculate(request)
            if failure is None:
                self.tell("COMPLETED")
            else:
                self.tell("FAILED", describe(failure))

    def tell(self, state, reason=None):
        # The line break before it ends whatever the code has written here.
        message = json.dumps({"token": self.token, "state": state, "reason": reason})
        self.channel.sendall(b"\n" + message.encode() + b"\n")

    def calculate(self, request):
        """What ended the code, or None where it came to its end."""
        try:
            self.stay_somewhere()
            self.stdout.begin(request["stdout"])
            self.stderr.begin(request["stderr"])
            # exit() closes sys.stdin, and code may leave its own sys.stdout behind.
            os.dup2(self.null, STDIN)
            sys.stdin = open(STDIN, closefd=False)
            sys.stdout, sys.stderr = self.stdout, self.stderr
            failure = self.run(request["code"])
            if failure is not None:
                self.show(failure)
        except (OSError, ValueError) as error:
            failure = error
        for output in (self.stdout, self.stderr):
            try:
                output.end()
            except OSError as error:  # EFBIG, ENOSPC: the output is not whole
                failure = error if failure is None else failure
        if os.getpid() != self.pid:
            os._exit(0 if failure is None else 1)  # the code has forked, and this is the copy: it has no one to answer
        return failure

    def stay_somewhere(self):
        """Where the code has removed the directory that it worked in, the session's is there again: whoever sends the code makes it."""
        try:
            os.getcwd()
        except FileNotFoundError:
            os.chdir(self.home)

    def run(self, code):
        try:
            try:
                signal.signal(signal.SIGINT, self.on_interrupt)
                self.tell("RUNNING")
                exec(compile(code, self.remember(code), "exec", dont_inherit=True), self.namespace)
            finally:
                self.disarm()
        except SystemExit as error:
            return None if type(error.code) in (type(None), bool, int) and not error.code else error
        except BaseException as error:
            self.disarm()  # the interrupt may have come inside the first
            return error

    def disarm(self):
        """Between calculations an interrupt does nothing. What the code had installed (pyspark does) is put back for the next."""
        previous = signal.signal(signal.SIGINT, do_nothing)
        if previous not in (do_nothing, None):
            self.on_interrupt = previous

    def remember(self, code):
        """Names the code block and keeps its lines for tracebacks. A name for each: a function may fail many blocks later."""
        self.count += 1
        name = f"<calculation {self.count}>"
        # As linecache reads files: the last line ends too, or traceback would put its marks a column off.
        lines = code.splitlines(True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        linecache.cache[name] = (len(code), None, lines, name)
        linecache.cache.pop(f"<calculation {self.count - 1000}>", None)
        return name

    def show(self, error):
        try:
            if isinstance(error, SystemExit):
                if not isinstance(error.code, int):
                    print(error.code, file=self.stderr)
            else:
                traceback.print_exception(type(error), error, without_engine(error.__traceback__), file=self.stderr)
        except BaseException:  # no memory, no disk, or an exception that fights back
            with contextlib.suppress(OSError, ValueError):
                print(describe(error), file=self.stderr)


class Output:
    """sys.stdout or sys.stderr, one object for the whole session: a logging handler keeps the one it was made with.

    A thread that outlives its calculation goes on writing to that calculation's file; so does a process, which has inherited the
    descriptor. Only what such a thread writes to the bare descriptors 1 and 2 lands in the calculation that runs then, or nowhere."""

    def __init__(self, descriptor, null, errors):
        self._descriptor, self._null, self._errors = descriptor, null, errors
        self._late = weakref.WeakKeyDictionary()
        self._nowhere = self._current = self._open(os.dup(null))
        os.dup2(null, descriptor)

    def __getattr__(self, name):
        stream = self._late.get(threading.current_thread(), self._current) if self._late else self._current
        return getattr(stream, name)

    def _open(self, descriptor):
        # By lines: in order with what child processes write, and on disk when the process is killed.
        return open(descriptor, "w", buffering=1, encoding="utf-8", errors=self._errors)

    def begin(self, path):
        descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND, 0o600)
        os.dup2(descriptor, self._descriptor)
        self._current = self._open(descriptor)

    def end(self):
        stream, self._current = self._current, self._nowhere
        os.dup2(self._null, self._descriptor)
        threads = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
        for thread in threads:
            self._late.setdefault(thread, stream)
        with contextlib.suppress(ValueError):  # the code has closed or detached it
            stream.flush() if threads else stream.close()


class Lazy:
    """Stands for a value until its first attribute is asked for, for PySpark takes seconds and hundreds of megabytes."""

    def __init__(self, namespace, name, make):
        self._namespace, self._name, self._make = namespace, name, make

    def __repr__(self):
        return f"<{self._name}: made when it is first used>"

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)  # copy, pickle and inspect ask; that is no use
        value = self._make()
        if self._namespace.get(self._name) is self:
            self._namespace[self._name] = value
        return getattr(value, attribute)


def spark_session():
    if not importlib.util.find_spec("pyspark"):
        raise ModuleNotFoundError(
            "spark needs PySpark, which this Python does not have: pip install 'pyspark==3.5.*', and a Java runtime (17). "
            "The gateway itself is fine, and so is code without spark and sc.",
            name="pyspark",
        )
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        raise RuntimeError("spark needs a Java runtime (17): neither JAVA_HOME nor java on the PATH. The gateway itself is fine.")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("local Athena").master("local[*]")
    builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))  # the JVM inherits it
    try:
        session = builder.getOrCreate()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    session.sparkContext.setLogLevel("ERROR")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, spark_interrupt(session.sparkContext))
    return session


def spark_interrupt(context):
    """In place of pyspark's own handler, which speaks to the JVM over the connection whose answer it has just interrupted: that breaks
    the connection, and the job runs on. Here another thread, with its own connection, cancels; the call that waits ends by itself."""

    def handler(_, frame):
        threading.Thread(target=context.cancelAllJobs, daemon=True).start()
        while frame:
            if frame.f_globals.get("__name__", "").startswith("py4j."):
                return
            frame = frame.f_back
        raise KeyboardInterrupt

    return handler


def do_nothing(*_):
    pass


def describe(error):
    """The last line of a traceback; the supervisor cuts and cleans it."""
    kind = type(error)
    try:
        name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    except BaseException:
        name = "an exception"
    try:
        text = str(error)
    except BaseException:
        text = "<exception str() failed>"
    return (f"{name}: {text}" if text else name)[: 2 * REASON]


def without_engine(tb):
    frames = []
    while tb:
        if tb.tb_frame.f_globals is not globals():
            frames.append(tb)
        tb = tb.tb_next
    for frame, following in zip(frames, frames[1:] + [None]):
        if frame.tb_next is not following:
            frame.tb_next = following
    return frames[0] if frames else None


if __name__ == "__main__":
    main()
