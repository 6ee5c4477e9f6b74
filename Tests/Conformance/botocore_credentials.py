"""What botocore makes of this environment, as a line of JSON. Runs by itself, in the network under test."""

import json

import botocore.session


def resolve():
    try:
        credentials = botocore.session.Session().get_credentials()
        if credentials is None:
            return {"kind": "none"}
        frozen = credentials.get_frozen_credentials()
    except Exception as error:  # whatever it is, it is no credentials
        return {"kind": "error", "error": type(error).__name__}
    return {
        "kind": "credentials",
        "method": credentials.method,
        "keys": [frozen.access_key, frozen.secret_key, frozen.token],
        "account": frozen.account_id,
    }


if __name__ == "__main__":
    print(json.dumps(resolve()))
