"""That signer.c signs as AWS wants it: the local Athena checks."""

import dataclasses

import contenders
import exchanges

import programs

# LocalAthena's own.
SESSION, TOKEN = "demo", {"AWS_SESSION_TOKEN": "local-athena-session-token"}


def check(signer, binary, folder):
    """With and without a session token. Another status than 200 raises."""
    athena = programs.Program("local", "--listen", "127.0.0.1:0", binary=binary)
    asking = dataclasses.replace(signer, content=lambda code: contenders.call(code, SESSION))
    try:
        for token in ({}, TOKEN):
            keys = {**programs.LOCAL_CREDENTIALS, **token}
            server = asking.start(contenders.Place(folder, athena, variables=keys))
            try:
                exchanges.repeat(asking, server.port, contenders.CODE, 2)
            finally:
                server.stop()
    finally:
        athena.kill()
