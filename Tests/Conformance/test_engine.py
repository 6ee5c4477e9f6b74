"""Sources/CResources/engine.py, run as LocalAthena runs it: a real process that reads the source and speaks over pipes."""

import importlib.util
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

SOURCE = (pathlib.Path(__file__).parents[2] / "Sources/CResources/engine.py").read_bytes()
# LocalAthena's PythonCommand has it too.
START = f"""from os import read
engine = b""
while piece := read(0, {len(SOURCE)} - len(engine)): engine += piece
exec(engine)
"""
PATIENCE = 30  # seconds until a lost answer fails a test; no test waits for it to pass


class Engine:
    def __init__(self, folder, limits, environment=None, user=None, python=sys.executable, working_directory=None):
        self.folder, self.count, self.buffered, self.last = folder, 0, b"", None
        self.process = subprocess.Popen(
            [python, "-I", "-c", START, json.dumps(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            user=user,
            cwd=working_directory,
        )
        if user is not None:
            os.fchown(self.process.stdout.fileno(), user, -1)  # as if that user had made the pipe
        self.write(SOURCE)

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def ask(self, message):
        self.write(json.dumps(message).encode() + b"\n")

    def read(self):
        """One answer; None at the end of stdout."""
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self.buffered:
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            assert readable, "no answer"
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                assert self.buffered == b"", "an unfinished line"
                return None
            self.buffered += data
        line, _, self.buffered = self.buffered.partition(b"\n")
        return json.loads(line)

    def start(self, code):
        self.count += 1
        self.last = f"calculation-{self.count}"
        self.ask({"id": self.last, "code": code, "stdout": str(self.path("out")), "stderr": str(self.path("err"))})
        return self.last

    def finish(self):
        answer = self.read()
        assert answer is not None and answer.pop("id") == self.last
        return answer

    def run(self, code):
        self.start(code)
        return self.finish()

    def path(self, kind, calculation=None):
        return self.folder / f"{calculation or self.last}.{kind}"

    @property
    def out(self):
        return self.path("out").read_text("utf-8")

    @property
    def err(self):
        return self.path("err").read_text("utf-8")

    def signpost(self):
        """A FIFO's path, to pass to code that is to tell how far it is."""
        path = self.folder / f"signpost-{self.count}"
        os.mkfifo(path)
        return str(path)

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return status


@pytest.fixture
def start(tmp_path):
    engines = []

    def starter(limits={}, **options):
        engine = Engine(options.pop("folder", tmp_path), limits, **options)
        engines.append(engine)
        ready = engine.read()
        assert set(ready) == {"ready", "pid"}
        engine.interpreter = ready["pid"]
        return engine

    yield starter
    for engine in engines:
        if not engine.process.stdin.closed:
            engine.end()


@pytest.fixture
def engine(start):
    return start()


COMPLETED = {"state": "COMPLETED"}


def failed(reason):
    return {"state": "FAILED", "reason": reason}


# Namespace and source


def test_variables_live_on_between_calculations(engine):
    assert engine.run("a = 6\ndef double(x): return 2 * x") == COMPLETED
    assert engine.run("print(double(a), __name__)") == COMPLETED
    assert engine.out == "12 __main__\n"


def test_the_value_of_a_last_expression_is_not_printed(engine):
    assert engine.run("40 + 2") == COMPLETED
    assert (engine.out, engine.err) == ("", "")


def test_the_engine_leaves_no_names_in_the_namespace(engine):
    engine.run("print([n for n in globals() if not n.startswith('__')])")
    assert engine.out == "['spark', 'sc']\n"


def test_the_namespace_is_the_main_module(engine):
    engine.run("import pickle\nclass C: pass\nc = C()")
    assert engine.run("print(type(pickle.loads(pickle.dumps(c))) is C)") == COMPLETED
    assert engine.out == "True\n"


def test_future_statements_of_the_code_do_not_last(engine):
    engine.run("from __future__ import annotations\ndef f(x: 1): pass\nprint(f.__annotations__)")
    assert engine.out == "{'x': '1'}\n"
    engine.run("def g(x: 1): pass\nprint(g.__annotations__)")
    assert engine.out == "{'x': 1}\n"


def test_multiprocessing_works(engine):
    engine.run("import multiprocessing\ndef square(x): return x * x")
    code = "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(square, range(4)))"
    assert engine.run(code) == COMPLETED
    assert engine.out == "[0, 1, 4, 9]\n"


def test_a_forked_copy_of_the_interpreter_answers_nothing(engine):
    code = "import os\npid = os.fork()\nprint('here')\nif pid: os.waitpid(pid, 0)\nelse: 1 / 0"
    assert engine.run(code) == COMPLETED
    assert engine.out == "here\nhere\n"
    assert "ZeroDivisionError" in engine.err
    assert engine.run("print(pid > 0)") == COMPLETED


# Failures


@pytest.mark.parametrize(
    "code, reason",
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise KeyError('a')", "KeyError: 'a'"),
        ("raise ValueError", "ValueError"),
        ("raise ValueError('one\\n two\\r\\n\\tthree')", "ValueError: one two three"),
        ("raise ValueError('\\ud800 \\x00 \\x1b[0m \\u2028é😀')", "ValueError: \\ud800 \\x00 \\x1b[0m é😀"),
        ("raise ValueError('x' * 1_000_000)", "ValueError: " + "x" * 1011 + "…"),
        ("raise ValueError('\U0001f600' * 1_000_000)", "ValueError: " + "\U0001f600" * 1011 + "…"),
        ("class E(Exception):\n  def __str__(self): 1 / 0\nraise E", "E: <exception str() failed>"),
        ("class E(Exception):\n  def __bool__(self): 1 / 0\nraise E", "E"),
        ("import json; json.loads('?')", "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ("type('E' * 1_000_000, (Exception,), {})().args = 1", "TypeError: 'int' object is not iterable"),
        ("raise type('E' * 1_000_000, (Exception,), {})", "E" * 1023 + "…"),
        ("raise BaseException('base')", "BaseException: base"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("bytearray(1 << 45)", "MemoryError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('no such table')", "SystemExit: no such table"),
    ],
)
def test_a_failure_has_a_reason_of_one_short_line_and_the_session_lives_on(engine, code, reason):
    engine.run("a = 1")
    assert engine.run(code) == failed(reason)
    assert engine.run("print(a)") == COMPLETED
    assert engine.out == "1\n"


@pytest.mark.parametrize(
    "code, reason",
    [
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded"),
        ("print(1)\nprint(", "SyntaxError: "),
        ("a\0b", ""),
        ("print('\ud800')", "UnicodeEncodeError: "),
        ("  indented", "IndentationError: unexpected indent (<calculation 2>, line 1)"),
        ("[" * 5000, ""),
    ],
)
def test_code_that_python_cannot_take_fails_and_the_session_lives_on(engine, code, reason):
    engine.run("a = 1")
    answer = engine.run(code)
    assert answer["state"] == "FAILED" and answer["reason"].startswith(reason) and answer["reason"].isprintable()
    assert engine.run("print(a)") == COMPLETED


def test_a_traceback_shows_the_lines_of_the_code_and_none_of_the_engine(engine):
    engine.run("def broken():\n    return 1 / 0  # here")
    engine.run("print('before')\nbroken()")
    lines = engine.err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == '  File "<calculation 2>", line 2, in <module>'
    assert lines[2] == "    broken()"
    assert '  File "<calculation 1>", line 2, in broken' in lines
    assert "    return 1 / 0  # here" in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert engine.err.count("File ") == 2
    assert engine.out == "before\n"


def test_the_marks_of_a_traceback_stand_under_what_failed_on_the_last_line_too(engine):
    engine.run("x = 1; undefined_name")
    line, marks = engine.err.splitlines()[2:4]
    if sys.version_info >= (3, 11):  # the first Python that marks
        assert line[marks.index("^"):] == "undefined_name"


def test_a_syntax_error_shows_its_line(engine):
    assert engine.run("a = 1\nb = = 2") == failed("SyntaxError: invalid syntax (<calculation 1>, line 2)")
    assert engine.err.startswith('  File "<calculation 1>", line 2\n    b = = 2\n')


@pytest.mark.parametrize("code", ["exit()", "exit(0)", "quit()", "import sys; sys.exit()", "raise SystemExit(0)"])
def test_a_clean_exit_completes_and_the_session_lives_on(engine, code):
    assert engine.run("a = 1\nprint('one')\n" + code) == COMPLETED
    assert (engine.out, engine.err) == ("one\n", "")
    assert engine.run("print(a)\ntry: input()\nexcept EOFError: print('EOF')") == COMPLETED
    assert engine.out == "1\nEOF\n"


def test_the_message_of_an_exit_goes_to_stderr(engine):
    engine.run("import sys; sys.exit('no such table')")
    assert engine.err == "no such table\n"


# The interpreter's death


@pytest.mark.parametrize(
    "code, how",
    [
        ("import os; os._exit(3)", "ended with status 3"),
        ("import os; os._exit(0)", "ended with status 0"),
        ("import ctypes; ctypes.string_at(0)", "ended by signal 11 (SIGSEGV)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by signal 9 (SIGKILL)"),
        ("import os; os.kill(os.getpid(), 40)", "ended by signal 40 (real-time)"),
        ("import os; os.closerange(3, 1000)", "ended with status 1"),
    ],
)
def test_a_dead_interpreter_is_reported_and_a_new_one_starts_without_variables(engine, code, how):
    engine.run("a = 1")
    assert engine.run("print('before')\n" + code) == failed(f"the Python process {how}; the session's variables are lost")
    assert engine.out == "before\n"
    assert set(engine.read()) == {"ready", "pid"}
    assert engine.run("print(a)") == failed("NameError: name 'a' is not defined")


def test_a_crash_in_c_shows_the_line_that_it_came_from(engine):
    engine.run("import ctypes\nctypes.string_at(0)")
    assert "Segmentation fault" in engine.err and 'File "<calculation 1>", line 2' in engine.err


def test_an_idle_interpreter_that_dies_is_replaced(engine):
    engine.run("import os; print(os.getpid())")
    os.kill(int(engine.out), signal.SIGKILL)
    assert engine.read()["ready"] is True
    assert engine.run("print('on')") == COMPLETED


def test_a_new_interpreter_finds_nothing_left_of_the_old_one(engine):
    fifo = engine.signpost()
    engine.start(f"import os, subprocess\nsubprocess.Popen(['sleep', '1000'], stdout=open({fifo!r}, 'w'), start_new_session=True)\nos._exit(1)")
    with open(fifo) as reader:
        assert engine.finish()["state"] == "FAILED"
        assert reader.read() == ""


# The end


BUSY = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"


@pytest.mark.parametrize(
    "rest",
    [
        BUSY,
        "import signal\nfor s in (15, 1, 2, 3): signal.signal(s, signal.SIG_IGN)\n" + BUSY,
        "9 ** 9 ** 9",
        "import ctypes\nctypes.PyDLL(None).sleep(1000)",
    ],
    ids=["busy loop", "signals ignored", "busy in C", "asleep with the GIL held"],
)
@pytest.mark.parametrize("new_session", [False, True])
@pytest.mark.parametrize("way", ["end of stdin", "SIGTERM"])
def test_everything_that_the_code_started_ends_with_the_engine(engine, rest, new_session, way):
    fifo = engine.signpost()
    child = f"trap '' TERM HUP INT; echo started; sleep 1000 & sleep 1000"
    engine.start(
        f"import subprocess\nf = open({fifo!r}, 'w')\n"
        f"subprocess.Popen(['sh', '-c', {child!r}], stdout=f, start_new_session={new_session})\n" + rest
    )
    with open(fifo) as reader:
        assert reader.readline() == "started\n"
        if way == "SIGTERM":
            engine.process.send_signal(signal.SIGTERM)
        else:
            engine.process.stdin.close()
        assert reader.read() == ""  # comes when the last process that holds the FIFO is gone
    assert engine.read() is None
    assert engine.process.wait(PATIENCE) == 0


def test_the_interpreter_dies_with_a_killed_supervisor(engine):
    fifo = engine.signpost()
    engine.start(f"f = open({fifo!r}, 'w')\nprint('started', file=f, flush=True)\n" + BUSY)
    with open(fifo) as reader:
        assert reader.readline() == "started\n"
        engine.process.kill()
        assert reader.read() == ""


def test_an_engine_whose_answers_nobody_reads_ends(engine):
    engine.process.stdout.close()
    engine.start("print(1)")
    assert engine.process.wait(PATIENCE) == 0


def test_an_unfinished_request_at_the_end_is_dropped(engine):
    engine.write(b'{"id": "a", "code": "pr')
    assert engine.end() == 0


# Outputs


def test_outputs_are_utf_8_whatever_the_locale(start):
    engine = start(environment={"LC_ALL": "POSIX", "LANG": "en_US.ISO-8859-1"})
    engine.run("import sys\nprint('ψ 😀 \\0')\nprint('漢字', file=sys.stderr)")
    assert (engine.out, engine.err) == ("ψ 😀 \0\n", "漢字\n")


def test_output_of_subprocesses_and_of_c_code_is_kept_in_its_order(engine):
    code = "import os, subprocess\nprint('a')\nsubprocess.run(['echo', 'b'])\nprint('c')\nos.write(1, b'd\\n')\nos.system('echo e; echo f >&2')"
    assert engine.run(code) == COMPLETED
    assert (engine.out, engine.err) == ("a\nb\nc\nd\ne\n", "f\n")


def test_ten_megabytes_of_output_are_kept(engine):
    assert engine.run("for i in range(100_000): print('x' * 99)\nprint('end', end='')") == COMPLETED
    assert len(engine.out) == 10_000_003 and engine.out.endswith("end")


def test_output_beyond_the_limit_fails_the_calculation(start):
    engine = start({"output_bytes": 1000})
    assert engine.run("print('x' * 2000)") == failed("OSError: [Errno 27] File too large")
    assert engine.out == "x" * 1000
    assert engine.run("print('y' * 2000, end='')") == failed("OSError: [Errno 27] File too large")
    assert engine.run("print('on')") == COMPLETED


def test_output_is_kept_when_the_code_fails(engine):
    engine.run("print('out', end='')\nimport sys\nsys.stderr.write('err')\n1 / 0")
    assert engine.out == "out" and engine.err.startswith("errTraceback")


@pytest.mark.parametrize("code", ["sys.stdout.close()", "sys.stdout = None", "sys.stdout.detach()", "os.close(1)", "os.close(2)"])
def test_broken_streams_do_not_outlive_their_calculation(engine, code):
    assert engine.run("import os, sys\nprint('one')\n" + code) == COMPLETED
    assert engine.out == "one\n"
    assert engine.run("print('two')\nos.system('echo three')") == COMPLETED
    assert engine.out == "two\nthree\n"


def test_a_logging_handler_follows_the_calculations(engine):
    engine.run("import logging\nlogging.basicConfig(format='%(message)s')\nlogging.warning('one')")
    assert engine.err == "one\n"
    engine.run("logging.warning('two')")
    assert engine.err == "two\n"


def test_a_thread_that_outlives_its_calculation_writes_to_that_ones_output(engine):
    engine.run(
        "import threading\ngo = threading.Event()\ndef late():\n  go.wait()\n  print('late')\n"
        "t = threading.Thread(target=late)\nt.start()\nprint('first')"
    )
    first = engine.last
    assert engine.run("go.set()\nt.join()\nprint('second')") == COMPLETED
    assert engine.out == "second\n"
    assert engine.path("out", first).read_text() == "first\nlate\n"


def test_outputs_are_for_the_owner_alone_and_begin_empty(engine):
    (engine.folder / "calculation-1.out").write_text("old")
    engine.run("import os\nos.umask(0)")
    engine.run("print('new')")
    assert engine.out == "new\n"
    assert engine.path("out").stat().st_mode & 0o777 == 0o600
    assert (engine.folder / "calculation-1.out").read_text() == ""


def test_an_output_that_cannot_be_opened_fails_the_calculation(engine):
    engine.last = "a"
    engine.ask({"id": "a", "code": "1", "stdout": "/nowhere/out", "stderr": str(engine.folder / "err")})
    assert engine.finish() == failed("FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/out'")
    assert engine.run("print(1)") == COMPLETED


def test_input_finds_the_end_of_stdin(engine):
    assert engine.run("input('name? ')") == failed("EOFError: EOF when reading a line")
    assert engine.run("import sys, os\nprint(repr(sys.stdin.read()), os.read(0, 1))") == COMPLETED
    assert engine.out == "'' b''\n"


# Interrupts


def begin(engine, code):
    """Starts code and waits until it has called started()."""
    fifo = engine.signpost()
    engine.start(f"def started():\n  with open({fifo!r}, 'w') as f: f.write('started')\n" + code)
    with open(fifo) as reader:
        assert reader.read() == "started"


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(1000)", "import threading; threading.Event().wait()"])
def test_an_interrupt_cancels_and_keeps_the_variables(engine, code):
    engine.run("a = 1")
    begin(engine, "b = 2\nprint('so far')\nstarted()\n" + code)
    engine.ask({"interrupt": engine.last})
    assert engine.finish() == {"state": "CANCELED"}
    assert engine.out == "so far\n"
    assert engine.err.endswith("KeyboardInterrupt\n") and "<calculation 2>" in engine.err and "<string>" not in engine.err
    assert engine.run("print(a, b)") == COMPLETED
    assert engine.out == "1 2\n"


def test_an_interrupt_reaches_the_processes_that_the_code_waits_for(engine):
    """Python itself ignores SIGINT in os.system, as C's system(3) does."""
    fifo = engine.signpost()
    shell = f"trap 'exit 3' INT; echo started > {fifo}; while :; do :; done"
    engine.start(f"import os\nprint(os.system({shell!r}) >> 8)")
    with open(fifo) as reader:
        assert reader.read() == "started\n"
    engine.ask({"interrupt": engine.last})
    assert engine.finish() == COMPLETED
    assert engine.out == "3\n"


def test_code_that_swallows_the_interrupt_is_killed(engine):
    begin(engine, "try:\n  started()\n  while True: pass\nexcept BaseException: pass\n" + BUSY)
    engine.ask({"interrupt": engine.last})
    answer = engine.finish()
    assert answer == {"state": "CANCELED", "reason": "the Python process ended by signal 9 (SIGKILL); the session's variables are lost"}
    assert engine.read()["ready"] is True
    assert engine.run("print('on')") == COMPLETED


def settle(engine):
    """Waits until the supervisor has acted on all that was written."""
    engine.write(b"\n")
    assert set(engine.read()) == {"error"}


def test_code_that_removes_its_working_directory_is_put_back_there(start, tmp_path):
    """Whoever sends the next code has made the directory anew."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    engine = start(folder=tmp_path, working_directory=home)
    assert engine.run("import os; os.rmdir(os.getcwd())") == COMPLETED
    home.mkdir()
    assert engine.run("print(os.getcwd())") == COMPLETED
    assert engine.out == f"{home}\n"
    assert engine.run(f"os.chdir({str(elsewhere)!r})") == COMPLETED
    assert engine.run("print(os.getcwd())") == COMPLETED
    assert engine.out == f"{elsewhere}\n"


def test_an_interrupt_before_the_code_runs_is_not_lost(engine):
    os.kill(engine.interpreter, signal.SIGSTOP)
    engine.start("while True: pass")
    settle(engine)
    engine.ask({"interrupt": engine.last})
    settle(engine)
    os.kill(engine.interpreter, signal.SIGCONT)
    assert engine.finish() == {"state": "CANCELED"}


def test_code_that_ends_well_in_spite_of_an_interrupt_has_completed(engine):
    begin(engine, "try:\n  started()\n  while True: pass\nexcept KeyboardInterrupt: print('rolled back')")
    engine.ask({"interrupt": engine.last})
    assert engine.finish() == COMPLETED
    assert engine.out == "rolled back\n"


def test_an_interrupt_of_what_does_not_run_is_ignored(engine):
    engine.run("a = 1")
    engine.ask({"interrupt": engine.last})
    engine.ask({"interrupt": "unknown"})
    assert engine.run("print(a)") == COMPLETED


def test_an_interrupt_handler_of_the_code_stays_its_own(engine):
    engine.run("import signal\ndef handler(*_): raise RuntimeError('mine')\n_ = signal.signal(signal.SIGINT, handler)")
    begin(engine, "started()\nwhile True: pass")
    engine.ask({"interrupt": engine.last})
    assert engine.finish() == {"state": "CANCELED"}
    assert engine.err.endswith("RuntimeError: mine\n")


# The protocol


def test_a_second_request_waits_for_the_first(engine):
    begin(engine, "started()\nwhile True: pass")
    first, second, third = engine.last, engine.start("print('second')"), engine.start("print('third')")
    engine.ask({"interrupt": second})
    assert engine.read() == {"id": second, "state": "CANCELED"}
    engine.ask({"interrupt": first})
    assert engine.read() == {"id": first, "state": "CANCELED"}
    assert engine.read() == {"id": third, "state": "COMPLETED"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"?",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        b"{}",
        b'{"interrupt": 1}',
        b'{"id": "a", "code": "1"}',
        b'{"id": 1, "code": "1", "stdout": "/tmp/o", "stderr": "/tmp/e"}',
    ],
)
def test_a_malformed_line_is_answered_and_nothing_else_happens(engine, line):
    engine.write(line + b"\n")
    assert set(engine.read()) == {"error"}
    assert engine.run("print(1)") == COMPLETED


def test_a_request_may_come_byte_by_byte_and_be_large(engine):
    engine.last = "a"
    request = {"id": "a", "code": "s = '''" + "é\U0001f600" * 34_000 + "'''\nprint(len(s))", "stdout": str(engine.path("out")), "stderr": str(engine.path("err"))}
    line = json.dumps(request).encode() + b"\n"
    for byte in line[:300]:
        engine.write(bytes([byte]))
    engine.write(line[300:])
    assert engine.finish() == COMPLETED
    assert engine.out == "68000\n"


FORGED = '{"id": "calculation-2", "state": "COMPLETED"}'


def test_code_cannot_speak_for_the_engine_through_any_descriptor(engine):
    engine.run("a = 1")
    code = (
        "import os\n"
        f"for line in ({FORGED!r}, '{{\"state\": \"COMPLETED\"}}', '[1', '\"', 'x' * 300_000, ''):\n"
        "  for fd in range(21):\n"
        "    try: os.write(fd, b'\\n' + line.encode() + b'\\n')\n"
        "    except OSError: pass\n"
        "os.write(5, b'no line break')\n"
        "raise ValueError('true')"
    )
    assert engine.run(code) == failed("ValueError: true")
    assert engine.run("print(a)") == COMPLETED
    assert engine.out == "1\n"


def test_code_that_floods_every_descriptor_does_not_keep_the_engine_alive(engine):
    begin(engine, "import os\nfds = [int(n) for n in os.listdir('/proc/self/fd') if os.path.realpath('/proc/self/fd/' + n).find('socket') >= 0]\n"
          "assert fds\nstarted()\nwhile True:\n  for fd in fds: os.write(fd, b'[\\n' * 30_000)")
    assert engine.end() == 0


@pytest.fixture
def unprivileged():
    """A user without rights, and a folder and a Python for them; nothing special where the tests don't run as root."""
    folder = pathlib.Path(tempfile.mkdtemp())
    options = {"folder": folder}
    if os.getuid() == 0:
        options |= {"user": 65534, "python": "/usr/bin/python3"}
        os.chown(folder, options["user"], -1)
    yield options
    shutil.rmtree(folder)


def test_code_cannot_speak_for_the_engine_through_proc(start, unprivileged):
    engine = start(**unprivileged)
    code = f"import os\nwith open(f'/proc/{{os.getppid()}}/fd/1', 'w') as f: f.write({FORGED!r} + '\\n')"
    answer = engine.run(code)
    assert answer["state"] == "FAILED" and answer["reason"].startswith("PermissionError")


def test_code_does_not_see_the_descriptors_of_the_gateway(tmp_path):
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    process = subprocess.Popen([sys.executable, "-I", "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False)
    os.close(writer)
    process.stdin.write(SOURCE)
    process.stdin.flush()
    process.stdout.readline()
    assert os.read(reader, 1) == b""  # the engine has closed its copy, and lives
    assert process.poll() is None
    process.communicate()
    os.close(reader)


# Environment and limits


SECRETS = {"AWS_SECRET_ACCESS_KEY": "s3cr3t-a", "ATHENA_GATEWAY_KEY": "s3cr3t-b", "OTHER": "s3cr3t-c", "AWS_LC_X": "s3cr3t-d"}


def test_the_environment_is_scrubbed_everywhere(start):
    engine = start(environment={**SECRETS, "TZ": "Asia/Tokyo", "PYSPARK_X": "1", "LC_TIME": "C"})
    engine.run(
        "import os, subprocess\nprint(dict(os.environ))\nsubprocess.run(['env'])\n"
        "for p in ('self', os.getppid()): print(open(f'/proc/{p}/environ').read())"
    )
    assert "s3cr3t" not in engine.out and "AWS_" not in engine.out and "ATHENA_" not in engine.out
    assert all(name in engine.out for name in ("PATH", "TZ", "PYSPARK_X", "LC_TIME"))


def test_limits_hold(start):
    engine = start({"memory_bytes": 1 << 30, "open_files": 64, "cpu_seconds": 1000, "processes": 5000})
    engine.run(
        "import resource as r\nfor n in ('AS', 'NOFILE', 'CPU', 'NPROC', 'CORE', 'FSIZE'): print(r.getrlimit(getattr(r, 'RLIMIT_' + n)))"
    )
    expected = [(1 << 30,) * 2, (64, 64), (1000, 1001), (5000, 5000), (0, 0), (64 << 20,) * 2]
    assert engine.out.splitlines() == [str(pair) for pair in expected]
    assert engine.run("b = bytearray(2 << 30)") == failed("MemoryError")
    assert engine.run("files = [open('/dev/null') for _ in range(64)]")["reason"].startswith("OSError: [Errno 24]")


def test_zero_is_no_limit(start):
    engine = start({"memory_bytes": 0, "output_bytes": 0})
    engine.run("import resource as r\nprint(*(r.getrlimit(k)[0] == r.RLIM_INFINITY for k in (r.RLIMIT_AS, r.RLIMIT_FSIZE)))")
    assert engine.out == "True True\n"


def test_code_that_uses_up_its_processor_time_is_killed(start):
    engine = start({"cpu_seconds": 1})
    assert engine.run("while True: pass")["reason"].startswith("the Python process ended by signal 24 (SIGXCPU)")
    assert engine.read()["ready"] is True


def test_a_signal_of_the_code_to_its_own_group_spares_the_supervisor(engine):
    assert engine.run("import subprocess\nsubprocess.run('trap \"\" TERM; kill -TERM 0; echo on', shell=True)")["state"] == "FAILED"
    assert engine.read()["ready"] is True
    assert os.getpgid(engine.process.pid) == engine.process.pid


# Spark


HAS_PYSPARK = importlib.util.find_spec("pyspark") is not None


@pytest.mark.skipif(HAS_PYSPARK, reason="pyspark is installed")
@pytest.mark.parametrize("code", ["print('before')\nspark.range(5)", "print('before')\nsc.parallelize([1])"])
def test_spark_without_pyspark_says_how_to_install_it(engine, code):
    reason = engine.run(code)["reason"]
    assert reason.startswith("ModuleNotFoundError: spark needs PySpark") and "pip install 'pyspark==3.5.*'" in reason
    assert engine.out == "before\n"
    assert engine.err.count("File ") == 1
    assert engine.run("print('on')") == COMPLETED


def test_looking_at_spark_without_using_it_costs_nothing(engine):
    code = "import copy, sys\nprint(spark, sc)\nprint(globals() and dir(spark) and not hasattr(spark, '__len__') and 'pyspark' in sys.modules)"
    assert engine.run(code) == COMPLETED
    assert engine.out.endswith("False\n")


@pytest.mark.skipif(not HAS_PYSPARK, reason="pyspark is not installed")
def test_spark_is_a_real_session_and_survives_an_interrupt(engine):
    assert engine.run("print(spark.range(5).count(), type(spark).__name__, sc.parallelize([1, 2]).sum())") == COMPLETED
    assert engine.out == "5 SparkSession 3\n"
    begin(engine, "def wait(_):\n  import time\n  started()\n  time.sleep(1000)\nsc.parallelize([1], 1).foreach(wait)")
    engine.ask({"interrupt": engine.last})
    assert engine.finish() == {"state": "CANCELED"}
    assert engine.run("print(spark.range(7).count())") == COMPLETED
    assert engine.out == "7\n"
