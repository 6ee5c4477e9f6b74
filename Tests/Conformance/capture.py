"""A server in the place of Athena and S3: keeps what it gets, byte for byte, and answers as it is told."""

import socket
import threading

import http1

JSON = ("Content-Type", "application/x-amz-json-1.1")
SESSION = "demo"
CALCULATION = "5a1ad0e5-6b3c-4f1e-8a55-1c1f4f2a0001"


def calculation(session="demo", state="COMPLETED", stdout="s3://outputs/stdout", **status):
    """An answer of GetCalculationExecution."""
    content = {
        "CalculationExecutionId": CALCULATION,
        "SessionId": session,
        "Status": {"State": state, "SubmissionDateTime": 1760000000.25, **status},
    }
    if state == "COMPLETED":
        content["Result"] = {"StdOutS3Uri": stdout, "StdErrorS3Uri": "s3://outputs/stderr"}
    return http1.response(200, content, [JSON])


def started(state="CREATING"):
    """An answer of StartCalculationExecution."""
    return http1.response(200, {"CalculationExecutionId": CALCULATION, "State": state}, [JSON])


def answered(**members):
    """An answer of Athena's."""
    return http1.response(200, members, [JSON])


def session(state="IDLE"):
    """An answer of GetSession, with all that its model has."""
    return answered(
        SessionId=SESSION,
        Description="d",
        WorkGroup="spark",
        EngineVersion="PySpark engine version 3",
        EngineConfiguration={
            "CoordinatorDpuSize": 1,
            "MaxConcurrentDpus": 20,
            "DefaultExecutorDpuSize": 1,
            "SparkProperties": {"spark.Key": "V"},
            "Classifications": [{"Name": "c", "Properties": {"K": "v"}}],
        },
        NotebookVersion="n",
        MonitoringConfiguration={"CloudWatchLoggingConfiguration": {"Enabled": True, "LogTypes": {"A_B": ["C"]}}},
        SessionConfiguration={"IdleTimeoutSeconds": 1200, "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}},
        Status={"State": state, "StartDateTime": 1760000000.25, "IdleSinceDateTime": 1760000001},
        Statistics={"DpuExecutionInMillis": 7},
    )


def failure(code, message="so it is", status=400, **members):
    """An error of Athena's."""
    return http1.response(status, {"__type": code, "Message": message, **members}, [JSON])


def s3_failure(code, status, message="so it is"):
    body = f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return http1.response(status, body.encode(), [("Content-Type", "application/xml")])


# What every answer of S3 has.
S3_ID = ("x-amz-request-id", "3L137")
S3_OK = b"HTTP/1.1 200 OK\r\nx-amz-request-id: 3L137\r\n"


class Capture:
    """Answers are set by operation, with `on`: the bytes to send, or a function of the request that
    returns bytes or yields them; what has been yielded is followed by the end of the connection."""

    def __init__(self, host="127.0.0.1", port=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, port), family=family)
        self.host, self.port = self.listener.getsockname()[:2]
        self.url = f"http://{self.host}:{self.port}"
        self.arrived = threading.Condition()
        self.released = threading.Event()  # what a server that hangs waits for
        self.connections = set()
        self.reset()
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        self.requests = []
        self.answers = {
            "StartCalculationExecution": started(),
            "GetCalculationExecution": calculation(),
            "GetCalculationExecutionCode": answered(CodeBlock="print(1)\n# é"),
            "GetCalculationExecutionStatus": answered(Status={"State": "COMPLETED"}),
            "ListCalculationExecutions": answered(Calculations=[{"CalculationExecutionId": CALCULATION}]),
            "StopCalculationExecution": answered(State="CANCELING"),
            "StartSession": answered(SessionId=SESSION, State="CREATING"),
            "GetSession": session(),
            "GetSessionStatus": answered(SessionId=SESSION, Status={"State": "IDLE"}),
            "ListSessions": answered(Sessions=[]),
            "ListExecutors": answered(SessionId=SESSION, ExecutorsSummary=[]),
            "TerminateSession": answered(State="TERMINATING"),
            "GetObject": http1.response(200, b"45\n", [S3_ID]),
            "HeadObject": http1.response(200, b"", [("Content-Length", 3), S3_ID]),
        }

    def on(self, operation, answer):
        assert operation in self.answers
        self.answers[operation] = answer

    def hang(self, _):
        """Never answers."""
        self.released.wait()
        yield b""

    def count(self, name):
        """How often an operation has been called."""
        return sum(operation(request) == name for request in [*self.requests])

    def wait_for_request(self):
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.requests, http1.PATIENCE), "no request came"
            return self.requests[-1]

    @property
    def last(self):
        return self.requests[-1]

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # closed
                return
            self.connections.add(connection)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with connection, connection.makefile("rb") as stream:
                while request := http1.read_head(stream, http1.Request):
                    http1.read_content(stream, request)
                    with self.arrived:
                        self.requests.append(request)
                        self.arrived.notify_all()
                    if not self.answer(connection, request):
                        return
        except (OSError, http1.CutShort):
            pass  # the caller has gone
        finally:
            self.connections.discard(connection)

    def answer(self, connection, request):
        """Whether the connection is to be kept."""
        answer = self.answers[operation(request)]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, bytes):
            connection.sendall(answer)
            return True
        for piece in answer:
            connection.sendall(piece)
        return False

    def close(self):
        self.released.set()
        # Closing alone would leave a thread in accept(2), and the port taken.
        for end in [self.listener, *self.connections]:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.close()


def operation(request):
    if target := request["X-Amz-Target"]:
        return target.removeprefix("AmazonAthena.")
    return {"GET": "GetObject", "HEAD": "HeadObject"}[request.method]
