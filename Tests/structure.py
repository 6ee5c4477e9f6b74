"""Holds the sources to the architecture: who may know whom, and what the binary may link.

The table is the one of CONTRIBUTING.md. A target that is not in it may not exist.
"""

import json
import pathlib
import re
import subprocess
import sys

# Of our targets and of other people's modules, what each target may import.
C_TARGETS = {"CLinux", "CCurl", "COpenSSL", "CResources"}
IMPORTS = {
    "EventLoop": {"CLinux"},
    "Files": {"EventLoop"},
    "Cryptography": {"COpenSSL"},
    "JSON": set(),
    "CivilTime": set(),
    "URIEncoding": set(),
    "HTTPMessage": {"HTTPTypes"},
    "Log": {"CivilTime", "EventLoop", "JSON", "Logging"},
    "Metrics": set(),
    "Tracing": {"Cryptography", "EventLoop", "HTTPMessage", "HTTPTypes"},
    "SigV4": {"CivilTime", "Cryptography", "URIEncoding"},
    "Callers": {
        "CivilTime", "Cryptography", "EventLoop", "Files", "HTTPMessage", "HTTPTypes", "JSON", "JWTKit",
    },
    "HTTPServer": {"CLinux", "COpenSSL", "CivilTime", "EventLoop", "HTTPMessage", "HTTPTypes"},
    "HTTPClient": {"CCurl", "COpenSSL", "Cryptography", "EventLoop", "HTTPMessage"},
    "AWSClient": {
        "CivilTime", "Cryptography", "EventLoop", "Files", "HTTPClient", "HTTPMessage", "HTTPTypes", "JSON",
        "SigV4", "Subprocess", "SystemPackage", "Tracing", "URIEncoding",
    },
    "Athena": {"AWSClient", "HTTPMessage", "JSON", "SigV4"},
    "Gateway": {
        "Athena", "Callers", "CivilTime", "Cryptography", "EventLoop", "HTTPMessage", "HTTPTypes", "JSON",
        "RawStructuredFieldValues", "Tracing", "URIEncoding",
    },
    "LocalAthena": {
        "CLinux", "CResources", "CivilTime", "Cryptography", "EventLoop", "HTTPMessage", "HTTPServer",
        "HTTPTypes", "JSON", "SigV4", "Subprocess", "SystemPackage", "URIEncoding",
    },
    "athena-gateway": {
        "AWSClient", "ArgumentParser", "Athena", "CLinux", "CResources", "Callers", "CivilTime", "Configuration",
        "EventLoop", "Files", "FoundationEssentials", "Gateway", "HTTPClient", "HTTPMessage", "HTTPServer",
        "HTTPTypes", "JSON", "LocalAthena", "Log", "Logging", "Metrics", "SigV4", "Tracing",
    },
}
# The system's library, for those who make system calls; Synchronization is the standard library's.
SYSTEM = {
    "AWSClient", "Cryptography", "EventLoop", "Files", "HTTPClient", "HTTPMessage", "HTTPServer", "LocalAthena",
    "Log", "Metrics", "athena-gateway",
}

IMPORT = re.compile(r"^\s*(?:@\w+(?:\(.*?\))?\s+)*(?:public|package|internal|private|fileprivate)?\s*import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)", re.M)
FORBIDDEN_SYMBOLS = re.compile(r"FoundationNetworking|FoundationInternationalization|\bucol_|\budat_")


def check_imports(sources: pathlib.Path):
    for folder in sorted(path for path in sources.iterdir() if path.is_dir()):
        if folder.name in C_TARGETS:
            continue
        if folder.name not in IMPORTS:
            yield f"{folder}: a target that the architecture doesn't have"
            continue
        allowed = IMPORTS[folder.name] | ({"Glibc", "Synchronization"} if folder.name in SYSTEM else set())
        for file in sorted(folder.rglob("*.swift")):
            for module in IMPORT.findall(file.read_text()):
                if module not in allowed:
                    yield f"{file}: {folder.name} may not import {module}"


def packages(node):
    yield node["identity"]
    for child in node["dependencies"]:
        yield from packages(child)


def check_packages():
    graph = subprocess.run(
        ["swift", "package", "show-dependencies", "--format", "json"],
        check=True, capture_output=True, text=True).stdout
    for name in sorted(set(packages(json.loads(graph[graph.index("{"):])))):
        if name.startswith("swift-nio"):
            yield f"{name} is in the resolved graph: no SwiftNIO"


def check_binary(binary: pathlib.Path):
    symbols = subprocess.run(["nm", str(binary)], check=True, capture_output=True, text=True).stdout
    if "HTTPServer" not in symbols:
        yield f"{binary} has no symbols to judge it by"
    for name in sorted({match.group() for match in FORBIDDEN_SYMBOLS.finditer(symbols)}):
        yield f"{binary} links {name}: start, size and memory pay for it"
    libraries = subprocess.run(["ldd", str(binary)], check=True, capture_output=True, text=True).stdout
    for name in sorted(set(re.findall(r"lib(?:swift|Foundation|_Foundation|icu)\w*", libraries))):
        yield f"{binary} needs {name} on the machine where it runs"


def main() -> int:
    faults = [
        *check_imports(pathlib.Path("Sources")),
        *check_packages(),
        *check_binary(pathlib.Path(sys.argv[1])),
    ]
    for fault in faults:
        print(fault)
    print("structure: " + (f"{len(faults)} faults" if faults else "as the architecture has it"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
