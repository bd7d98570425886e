"""The service with the Python bugs: the path's second part names the bug, the build file the variant."""
import http.client
import json
import os
import socket
import struct
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import bugs

OUTBOUND = os.environ.get("TRUTH_OUTBOUND")
BUILD_FILE = os.environ.get("TRUTH_BUILD", "build.json")
NOTES_CALLS = os.environ.get("TRUTH_CALLS") == "1"
MAY_SWITCH = os.environ.get("TRUTH_SWITCH") == "1"
PASSED_ON = ["traceparent", "tracestate", "baggage", "x-request-id", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled"]


class CalleeFailed(Exception):
    """A service that was needed did not answer as it should."""


class Answer:
    """What a service answered."""

    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    def json(self, service):
        if self.status != 200:
            raise CalleeFailed(f"{service} answered {self.status}")
        return json.loads(self.text)


class Request:
    """What the code of a bug is given: the request, the build, and what it may call."""

    def __init__(self, handler, build, body):
        self.target, self.headers, self.body = handler.path, handler.headers, body
        self.raw_query = handler.path.partition("?")[2]
        self.query = dict(urllib.parse.parse_qsl(self.raw_query))
        self.mutation = build["mutation"]
        self.is_fixed = build["variant"] == "fixed"
        self.is_decoy = build["variant"] == "decoy"
        self.count = 0
        self.equal = {}

    def call(self, service, target):
        return self.try_call(service, target).json(service)

    def call_both(self, first, second):
        """Two calls, one after the other."""
        if self.mutation != "swapped-calls":
            return self.call(*first), self.call(*second)
        later = self.call(*second)
        return self.call(*first), later

    def try_call(self, service, target):
        """Calls another service, whatever it answers. A mutation changes the first call."""
        self.count += 1
        method, change = "GET", self.mutation if self.count == 1 else "none"
        if change == "changed-query":
            target += ("&" if "?" in target else "?") + "changed=1"
        elif change == "changed-path":
            target = "/changed" + target
        elif change == "changed-method":
            method = "POST"
        elif change == "repeated-call":
            self.send(method, service, target)
        return self.send(method, service, target)

    def send(self, method, service, target):
        # The name of this call, which only the two ends read: whoever answers says which call the answer was made for.
        # Equal calls are told apart by their order alone.
        call = f"{method} {service}{target}"
        self.equal[call] = self.equal.get(call, 0) + 1
        name = f"{self.target}|{call}|{self.equal[call]}"
        headers = {"host": service, "x-truth-call": name, "connection": "close"}
        headers.update({header: self.headers[header] for header in PASSED_ON if header in self.headers})
        connection = http.client.HTTPConnection(OUTBOUND or f"{service}:80", timeout=60)
        try:
            connection.request(method, target, headers=headers)
            answer = connection.getresponse()
            if NOTES_CALLS:
                print(f"truth-call\t{name}\t{answer.headers.get('x-truth-call', 'none')}", flush=True)
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()


def problem(body):
    return {"status": 500, "type": "application/problem+json", "body": json.dumps(body), "end": "whole"}


def run(request, name):
    try:
        if request.mutation == "extra-call":
            request.try_call("stock", "/extra")
        result = bugs.BUGS[name](request)
        if request.mutation == "late-check":
            raise RuntimeError("the answer did not pass the last check")
        return {"status": 200, "type": "application/json", "body": json.dumps({"result": str(result)}), "end": "whole"}
    except Exception as failure:  # every bug ends here
        return problem({"type": type(failure).__name__, "title": "The request could not be served", "status": 500, "detail": str(failure)})


def changed(answer, **members):
    body = {**json.loads(answer["body"]), **members}
    return {**answer, "body": json.dumps({name: value for name, value in body.items() if value is not None})}


def mutated(mutation, answer):
    """Changes of the answer, the same for every bug."""
    body = json.loads(answer["body"])
    changes = {
        "status-503": lambda: {**answer, "status": 503},
        "status-404": lambda: {**answer, "status": 404},
        "other-detail": lambda: changed(answer, detail=body["detail"] + ", again"),
        "other-type": lambda: changed(answer, type="Other" + body["type"]),
        "other-title": lambda: changed(answer, title="Something else went wrong"),
        "added-member": lambda: changed(answer, code=42),
        "removed-detail": lambda: changed(answer, detail=None),
        "media-text": lambda: {**answer, "type": "text/plain"},
        "empty-body": lambda: {**answer, "type": "", "body": ""},
        "default-page": lambda: {**answer, "type": "text/html", "body": "<html><body><h1>Internal Server Error</h1></body></html>"},
        "swallowed": lambda: {"status": 200, "type": "application/json", "body": "{}", "end": "whole"},
        "truncated": lambda: {**answer, "end": "cut"},
        "reset": lambda: {**answer, "end": "reset"},
    }
    return changes.get(mutation, lambda: answer)()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/health":
            self.answer({"status": 200, "type": "text/plain", "body": "ok", "end": "whole"})
            return
        build = self.unchanged(self.build())
        if build["mutation"] == "dropped-calls":
            self.answer(problem(json.loads(build["answer"])))
            return
        name = self.path.partition("?")[0].rpartition("/")[2]
        self.answer(mutated(build["mutation"], run(Request(self, build, body), name)))

    do_POST = do_GET

    def unchanged(self, build):
        """Only one request meets what was changed; every other one is served as in the build without the change."""
        if build.get("only") in (None, self.path):
            return build
        return {**build, "variant": "fixed" if build["variant"] == "decoy" else build["variant"], "mutation": "none"}

    def build(self):
        if MAY_SWITCH and "x-truth-build" in self.headers:
            return json.loads(urllib.parse.unquote(self.headers["x-truth-build"]))
        with open(BUILD_FILE, encoding="utf-8") as file:
            return json.load(file)

    def answer(self, answer):
        body = answer["body"].encode()
        if answer["end"] != "reset":
            self.send_response(answer["status"])
            if answer["type"]:
                self.send_header("content-type", answer["type"])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer["end"] == "cut" else body)
            self.wfile.flush()
        if answer["end"] != "whole":
            # No orderly end: the connection is reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

    def log_message(self, *_):
        pass


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("TRUTH_PORT", "8080"))), Handler).serve_forever()
