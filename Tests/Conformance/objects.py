"""An S3 of a few objects that judges ranges and conditions as S3 does, for a capture server to answer with."""

import hashlib
import re

import http1
from capture import S3_ID


class Objects:
    """Answers GetObject and HeadObject, path-style."""

    def __init__(self, **objects):
        self.objects = objects  # by key; the bucket doesn't matter

    def tag(self, key):
        return f'"{hashlib.md5(self.objects[key]).hexdigest()}"'

    def __call__(self, request):
        key = request.target.split("/", 2)[2]
        if key not in self.objects:
            return failure(404, "NoSuchKey")
        content, tag = self.objects[key], self.tag(key)
        fields = [("ETag", tag), S3_ID]
        if (wanted := request["If-Match"]) and wanted != tag:
            return failure(412, "PreconditionFailed")
        if request["If-None-Match"] == tag:
            return http1.message("HTTP/1.1 304 Not Modified", fields)
        status = 200
        if match := re.fullmatch(r"bytes=(\d*)-(\d*)", request["Range"] or ""):
            positions = part(match, len(content))
            if positions is None:
                return failure(416, "InvalidRange", f"<ActualObjectSize>{len(content)}</ActualObjectSize>")
            first, last = positions
            fields.append(("Content-Range", f"bytes {first}-{last}/{len(content)}"))
            status, content = 206, content[first : last + 1]
        length = ("Content-Length", len(content))
        return http1.response(status, b"" if request.method == "HEAD" else content, [*fields, length])


def part(match, length):
    """The first and the last position of a range; None where it has none."""
    first, last = match.groups()
    if not first:
        first, last = max(0, length - int(last)), length - 1
    else:
        first, last = int(first), min(int(last or length), length - 1)
    return (first, last) if first <= last else None


def failure(status, code, more=""):
    return http1.response(status, f"<Error><Code>{code}</Code>{more}</Error>".encode(), [S3_ID])
