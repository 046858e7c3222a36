"""A real S3 server on this machine: moto, from an environment of its own (`pip install 'moto[server]'`)."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Any

import pytest

PATIENCE = 60
"""Seconds that the server may take to start."""


class ObjectServer:
    """The server, and a client that changes what is in it. Skips where the server is not installed."""

    def __init__(self) -> None:
        places = os.pathsep.join([os.environ.get("GATE_MOTO", ""), os.path.dirname(sys.executable), os.environ["PATH"]])
        program = shutil.which("moto_server", path=places)
        if program is None:
            pytest.skip("moto_server is not installed: put its directory into GATE_MOTO")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._await(port)

    def _await(self, port: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.1)
        self.close()
        pytest.fail("the S3 server did not start")

    def close(self) -> None:
        """Ends the server."""
        self._process.kill()
        self._process.wait()

    def environment(self) -> dict[str, str]:
        """What a client is told, here and in other processes."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "anyone",
            "AWS_SECRET_ACCESS_KEY": "hush-hush-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str = "s3") -> Any:
        """A client of botocore as the first one, who may do everything."""
        session = pytest.importorskip("botocore.session").get_session()
        given = self.environment()
        return session.create_client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        )

    def reset(self) -> None:
        """Forgets every bucket, user and permission."""
        self._post("reset")
        self.open_to(None)

    def open_to(self, requests: int | None) -> None:
        """From so many requests on the server asks for permissions; None: never."""
        self._post("reset-auth", "inf" if requests is None else str(requests))

    def _post(self, what: str, data: str = "") -> None:
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"{self.url}/moto-api/{what}", data.encode(), headers, method="POST")
        urllib.request.urlopen(request, timeout=PATIENCE).close()


class Bucket:
    """One bucket of the server."""

    def __init__(self, server: ObjectServer, name: str, *, versions: bool) -> None:
        self.name = name
        self.client = server.client()
        self.client.create_bucket(Bucket=name)
        if versions:
            self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def put(self, key: str, content: bytes | str) -> str:
        """Writes an object; its version, or its tag where there are none, as reports have it."""
        data = content.encode() if isinstance(content, str) else content
        found = self.client.put_object(Bucket=self.name, Key=key, Body=data)
        return f"version {found['VersionId']}" if "VersionId" in found else f"etag {found['ETag']}"

    def delete(self, key: str) -> None:
        """Removes an object."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def url(self, key: str) -> str:
        """The address of an object."""
        return f"s3://{self.name}/{key}"
