#!/usr/bin/env python3
"""A spoke in Python, with the standard library alone, written from docs/protocol.md.

It offers `text/upper`, `text/count` (a subscription), `text/wait` and `text/ask` (which asks the hub).
To run it, with the key that was given out when the spoke was enrolled:

    HUB_KEY=... python3 examples/spoke.py ws://127.0.0.1:4200/ws

To make it yours, change OPERATIONS at the end; what stands before it is the protocol.
"""

import base64
import hashlib
import json
import os
import random
import signal
import socket
import ssl
import struct
import sys
import threading
import time
import uuid
from urllib.parse import urlsplit

MAX_MESSAGE = 1024 * 1024
IDLE_S = 20


# -- WebSocket (RFC 6455): no more of it than a client needs ---------------------------------------


class Refused(Exception):
    """The hub does not let this spoke in; trying again at once is of no use."""


class Lost(Exception):
    """There is no connection, or no more."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code} {reason}".strip())
        self.code = code


class WebSocket:
    """One connection. Reading is for one thread, writing for any."""

    GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    def __init__(self, url, key):
        at = urlsplit(url)
        secure = at.scheme == "wss"
        port = at.port or (443 if secure else 80)
        self._socket = socket.create_connection((at.hostname, port), timeout=20)
        if secure:
            context = ssl.create_default_context()
            self._socket = context.wrap_socket(self._socket, server_hostname=at.hostname)
        self._writing = threading.Lock()
        self._received = b""
        self._parts = []
        try:
            self._upgrade(at, port, key)
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(IDLE_S)

    def _upgrade(self, at, port, key):
        nonce = base64.b64encode(os.urandom(16))
        lines = [
            f"GET {at.path or '/'}{'?' + at.query if at.query else ''} HTTP/1.1",
            f"Host: {at.hostname}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {nonce.decode()}",
            "Sec-WebSocket-Protocol: alknet.call.v1",
            f"Authorization: Bearer {key}",
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self._received:
            self._receive()
            if len(self._received) > 64 * 1024:
                raise Lost(1002, "the answer to the upgrade has no end")
        head, self._received = self._received.split(b"\r\n\r\n", 1)
        status, *headers = head.decode("latin-1").split("\r\n")
        code = int(status.split(" ")[1])
        if code in (401, 403):
            raise Refused(f"HTTP status {code}")
        if code != 101:
            raise Lost(code, "the hub does not upgrade")
        fields = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in headers)}
        accept = base64.b64encode(hashlib.sha1(nonce + self.GUID).digest()).decode()
        if fields.get("sec-websocket-accept") != accept:
            raise Lost(1002, "that was no WebSocket server")

    def _receive(self):
        """Reads what there is. Raises TimeoutError after IDLE_S of silence, and loses nothing then."""
        data = self._socket.recv(64 * 1024)
        if not data:
            raise Lost(1006, "the connection is gone")
        self._received += data

    def _frame(self):
        while True:
            data = self._received
            if len(data) >= 2:
                size, at = data[1] & 0x7F, 2
                if size >= 126:
                    at = 4 if size == 126 else 10
                    size = int.from_bytes(data[2:at], "big") if len(data) >= at else None
                if size is not None and size > MAX_MESSAGE:
                    raise Lost(1009, "a message is too large")
                if size is not None and len(data) >= at + size:
                    self._received = data[at + size :]
                    return bool(data[0] & 0x80), data[0] & 0x0F, data[at : at + size]
            self._receive()

    def read(self):
        """The next message; None for whatever else shows that somebody is there."""
        final, kind, data = self._frame()
        if kind == 0x9:
            self._write(0xA, data)
        elif kind == 0x8:
            code = int.from_bytes(data[:2], "big") or 1005
            self._write(0x8, data[:2])
            raise Lost(code, data[2:].decode(errors="replace"))
        elif kind in (0x0, 0x1, 0x2):
            self._parts.append(data)
            if sum(map(len, self._parts)) > MAX_MESSAGE:
                raise Lost(1009, "a message is too large")
            if final:
                whole, self._parts = b"".join(self._parts), []
                return whole.decode()
        return None

    def send(self, text):
        self._write(0x1, text.encode())

    def _write(self, kind, data):
        size, mask = len(data), os.urandom(4)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        pad = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")
        try:
            with self._writing:
                self._socket.sendall(head + mask + masked)
        except OSError as error:
            raise Lost(1006, str(error)) from None

    def close(self, code=1000):
        try:
            self._write(0x8, code.to_bytes(2, "big"))
            self._socket.shutdown(socket.SHUT_RDWR)
        except (Lost, OSError):
            pass  # it is closed already
        self._socket.close()


# -- The call protocol: docs/protocol.md ------------------------------------------------------------


class CallError(Exception):
    """A failure that is meant for whoever called."""

    def __init__(self, code, message, retryable=False, details=None):
        super().__init__(message)
        self.payload = {"code": code, "message": message, "retryable": retryable}
        if details is not None:
            self.payload["details"] = details


class Request:
    """One request of the hub, as its handler sees it."""

    def __init__(self, connection, frame_id, payload):
        self.connection = connection
        self.id = frame_id
        self.input = payload.get("input", {})
        self.caller = (payload.get("forwarded_for") or {}).get("id")
        self.aborted = threading.Event()
        self._credit = payload.get("credit")
        self._changed = threading.Condition()

    def abort(self):
        self.aborted.set()
        with self._changed:
            self._changed.notify_all()

    def add_credit(self, credit):
        with self._changed:
            if self._credit is not None:
                self._credit += credit
                self._changed.notify_all()

    def wait_for_room(self):
        """Waits until the consumer has room for a value; False if it has left."""
        with self._changed:
            self._changed.wait_for(lambda: self.aborted.is_set() or self._credit != 0)
            if self._credit is not None:
                self._credit -= 1
            return not self.aborted.is_set()

    def call(self, operation, value=None, timeout=30):
        """Asks the hub, for as long as this request itself is wanted."""
        return self.connection.call(operation, value or {}, timeout, self.aborted)


class Connection:
    """The protocol over one WebSocket."""

    MAX_REQUESTS = 64

    def __init__(self, web_socket, operations):
        self._web_socket = web_socket
        self._operations = operations
        self._running = {}
        self._asked = {}
        self._lock = threading.Lock()
        self.draining = False

    def serve(self, on_online):
        """Reads until the connection is lost. Handlers run in threads of their own."""
        threading.Thread(target=self._ask_whether_taken, args=(on_online,), daemon=True).start()
        was_asked = False
        try:
            while True:
                try:
                    message = self._web_socket.read()
                    was_asked = False
                except TimeoutError:
                    if was_asked:
                        raise Lost(1006, "the hub is silent") from None
                    was_asked = True
                    self._send("call.requested", str(uuid.uuid4()), QUESTION)
                    continue
                if message is not None:
                    self._take(json.loads(message))
        except OSError as error:
            raise Lost(1006, str(error)) from None
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise Lost(1002, f"that was not the protocol: {error!r}") from None
        finally:
            for request in list(self._running.values()):
                request.abort()
            for answer in list(self._asked.values()):
                answer(("call.error", {"code": "INTERNAL", "message": "connection closed"}))

    def _ask_whether_taken(self, on_online):
        try:
            self.call(QUESTION["operationId"], QUESTION["input"], timeout=60)
        except (CallError, Lost):
            return
        on_online()

    def _send(self, kind, frame_id, payload):
        self._web_socket.send(json.dumps({"type": kind, "id": frame_id, "payload": payload}))

    def _take(self, frame):
        kind, frame_id, payload = frame["type"], frame["id"], frame["payload"]
        if kind == "call.requested":
            return self._begin(frame_id, payload)
        request = self._running.get(frame_id)
        if kind == "call.aborted" and request:
            return request.abort()
        if kind == "call.credit" and request:
            return request.add_credit(payload["credit"])
        answer = self._asked.get(frame_id)
        if answer and kind in ("call.responded", "call.error", "call.aborted"):
            answer((kind, payload))

    def _begin(self, frame_id, payload):
        if self.draining:
            draining = CallError("INTERNAL", "shutting down", True, {"reason": "draining"})
            return self._send("call.error", frame_id, draining.payload)
        if len(self._running) >= self.MAX_REQUESTS:
            busy = CallError("RATE_LIMITED", "too many requests", True, {"retry_after": 1})
            return self._send("call.error", frame_id, busy.payload)
        request = Request(self, frame_id, payload)
        # Known before its thread runs, so that an abort finds it.
        self._running[frame_id] = request
        name = payload["operationId"].removeprefix("/")
        threading.Thread(target=self._run, args=(name, request), daemon=True).start()

    def _run(self, name, request):
        try:
            self._answer(name, request)
        except CallError as error:
            self._tell(request, "call.error", error.payload)
        except Lost:
            pass  # nobody is there to be told
        except Exception as error:  # whatever a handler throws is not for others
            print(f"{name} failed: {error!r}", file=sys.stderr)
            self._tell(request, "call.error", CallError("INTERNAL", "internal error").payload)
        finally:
            self._running.pop(request.id, None)

    def _answer(self, name, request):
        if name == "services/list":
            return self._tell(request, "call.responded", {"output": self._list()})
        if name == "services/schema":
            wanted = self._find(str(request.input.get("name", "")).removeprefix("/"))
            return self._tell(request, "call.responded", {"output": wanted["spec"]})
        operation = self._find(name)
        if operation["spec"]["op_type"] != "subscription":
            return self._tell(request, "call.responded", {"output": operation["run"](request)})
        for value in operation["run"](request):
            if not request.wait_for_room():
                return None
            self._tell(request, "call.responded", {"output": value})
        return self._tell(request, "call.completed", {})

    def _list(self):
        return {"operations": [operation["spec"] for operation in self._operations.values()]}

    def _find(self, name):
        if name not in self._operations:
            raise CallError("NOT_FOUND", "operation not found")
        return self._operations[name]

    def _tell(self, request, kind, payload):
        if request.aborted.is_set():
            return  # nothing is said of what nobody waits for
        try:
            self._send(kind, request.id, payload)
        except Lost:
            request.abort()

    def call(self, operation, value, timeout=30, aborted=None):
        """Asks the hub. Raises CallError."""
        frame_id, came, box = str(uuid.uuid4()), threading.Event(), []
        self._asked[frame_id] = lambda answer: (box.append(answer), came.set())
        payload = {"operationId": operation, "input": value, "timeout_ms": int(timeout * 1000)}
        try:
            self._send("call.requested", frame_id, payload)
            deadline = time.monotonic() + timeout
            while not came.wait(0.05):
                late = time.monotonic() > deadline
                if late or (aborted is not None and aborted.is_set()):
                    self._send("call.aborted", frame_id, {})
                    raise CallError("TIMEOUT", "nobody answers", True)
        finally:
            self._asked.pop(frame_id, None)
        kind, answer = box[0]
        if kind == "call.responded":
            return answer.get("output")
        raise CallError(answer.get("code", "INTERNAL"), answer.get("message", "aborted"))

    def drain(self, seconds=10):
        """Takes nothing new, lets what runs end, and closes."""
        self.draining = True
        deadline = time.monotonic() + seconds
        while self._running and time.monotonic() < deadline:
            time.sleep(0.02)
        self._web_socket.close(1000)


QUESTION = {"operationId": "/services/schema", "input": {"name": "/services/list"}}


def keep_connected(url, key, operations):
    """Connects, and again whenever the connection is lost, until the process is told to end."""
    connections, ending = [], threading.Event()

    def end(*_):
        ending.set()
        for connection in connections:
            threading.Thread(target=connection.drain).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    losses = 0
    while not ending.is_set():
        served, wait = time.monotonic(), None
        try:
            web_socket = WebSocket(url, key)
            connections[:] = [Connection(web_socket, operations)]
            try:
                connections[0].serve(lambda: print("online", flush=True))
            finally:
                web_socket.close()
        except Refused as error:
            print(f"refused: {error}", file=sys.stderr)
            wait = 60
        except (Lost, OSError) as error:
            if ending.is_set():
                break
            print(f"lost: {error}", file=sys.stderr)
            if getattr(error, "code", None) in (4403, 4409):
                wait = 60
        if time.monotonic() - served >= 30:
            losses = 0
        bound = min(2**losses, 60)
        losses = min(losses + 1, 10)
        ending.wait(wait or max(0.25, random.random() * bound))


# -- What this spoke offers: change it ---------------------------------------------------------------


def operation(name, run, op_type="query", **more):
    spec = {
        "name": name,
        "namespace": name.split("/")[0],
        "op_type": op_type,
        "visibility": "external",
        "input_schema": more.get("input_schema", {"type": "object"}),
        "output_schema": more.get("output_schema", {}),
        "error_schemas": more.get("error_schemas", []),
        "access_control": {
            "required_scopes": more.get("scopes", []),
            "required_scopes_any": None,
            "resource_type": None,
            "resource_action": None,
        },
        "description": more.get("description", ""),
    }
    return name, {"spec": spec, "run": run}


def upper(request):
    text = request.input["text"]
    if len(text) > 1000:
        raise CallError("TOO_LONG", "at most 1000 characters", details={"most": 1000})
    return {"text": text.upper(), "for": request.caller}


def count(request):
    yield from range(request.input["to"])


def wait(request):
    print("waiting", flush=True)
    request.aborted.wait()
    print("told to stop", flush=True)


def ask(request):
    return request.call("/services/list")


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
TO = {"type": "object", "required": ["to"], "properties": {"to": {"type": "integer", "minimum": 0}}}
TOO_LONG = {"code": "TOO_LONG", "description": "", "schema": {"type": "object"}, "http_status": 413}

OPERATIONS = dict([
    operation(
        "text/upper", upper, description="The text in capitals",
        input_schema=TEXT, error_schemas=[TOO_LONG],
    ),
    operation(
        "text/count", count, "subscription", description="Counts from zero",
        input_schema=TO, output_schema={"type": "integer"},
    ),
    operation("text/wait", wait, "mutation", description="Waits until nobody wants it any more"),
    operation("text/ask", ask, description="What the hub itself offers to this spoke"),
])

if __name__ == "__main__":
    if len(sys.argv) != 2 or "HUB_KEY" not in os.environ:
        sys.exit(__doc__)
    keep_connected(sys.argv[1], os.environ["HUB_KEY"], OPERATIONS)
