"""Asks the real cloud-init how it takes user data apart, and prints the answers as JSON.

Needs cloud-init's Python package (Debian: `cloud-init`) and `requests` on PYTHONPATH:

    python3 conformance/cloud-init/record.py > test/vectors/user-data/cloud-init.json
"""

import base64
import gzip
import json
import sys

from cloudinit import helpers, user_data, util

SHELL = "#!/bin/bash\nset -e\necho hello\n"
CONFIG = "#cloud-config\npackages: [jq]\n"
NODE = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n"
GZIP = base64.encodebytes(gzip.compress(SHELL.encode(), mtime=0)).decode()


def archive(*parts, boundary='"B"', mark="B", head="MIME-Version: 1.0\n", end="--B--\n"):
    body = "".join(f"--{mark}\n{part}" for part in parts)
    return f"{head}Content-Type: multipart/mixed; boundary={boundary}\n\n{body}{end}"


def part(text, kind="text/x-shellscript", *headers):
    lines = "".join(f"{header}\n" for header in headers)
    return f"Content-Type: {kind}\n{lines}\n{text}\n"


def packed(text, kind="text/x-shellscript"):
    return part(base64.encodebytes(text.encode()).decode().rstrip("\n"), kind, "Content-Transfer-Encoding: base64")


INPUTS = {
    "a script alone": SHELL,
    "a script after blank lines": "\n\n  " + SHELL,
    "a cloud-config alone": CONFIG,
    "a NodeConfig alone": NODE,
    "text that begins with nothing known": "echo hello\n",
    "a boothook alone": "#cloud-boothook\n#!/bin/sh\ntrue\n",
    "a part handler alone": "#part-handler\ndef list_types(): return []\n",
    "a template alone": "## template: jinja\n#cloud-config\nx: {{ v1.region }}\n",
    "one part": archive(part(SHELL)),
    "two parts": archive(part(SHELL), part(CONFIG, "text/cloud-config")),
    "a boundary without quotes": archive(part(SHELL), boundary="B"),
    "a boundary of slashes": archive(part(SHELL), boundary='"//"', mark="//", end="--//--\n"),
    "a boundary with a blank": archive(part(SHELL), boundary='"a b"', mark="a b", end="--a b--\n"),
    "no last boundary": archive(part(SHELL), end=""),
    "a preamble and an epilogue": archive(part(SHELL)).replace("\n\n--B", "\n\nnot for you\n--B", 1) + "nor this\n",
    "headers in small letters": archive(part(SHELL)).lower().replace("#!/bin/bash", "#!/bin/bash"),
    "a folded header": archive(part(SHELL)).replace("; boundary", ";\n boundary"),
    "more parameters": archive(part(SHELL)).replace("; boundary", '; charset="utf-8"; boundary'),
    "the version last": archive(part(SHELL), head="").replace("\n\n", "\nMIME-Version: 1.0\n\n", 1),
    "base64": archive(packed(SHELL)),
    "base64 of a cloud-config": archive(packed(CONFIG, "text/cloud-config")),
    "base64 in UTF-8": archive(packed("#!/bin/bash\necho Grüße\n", 'text/x-shellscript; charset="utf-8"')),
    "quoted-printable": archive(
        part("#!/bin/bash\necho =3D a=\nb\n", "text/x-shellscript", "Content-Transfer-Encoding: quoted-printable")
    ),
    "a gzip part": archive(part(GZIP.rstrip("\n"), "application/x-gzip", "Content-Transfer-Encoding: base64")),
    "plain text that is a script": archive(part(SHELL, "text/plain")),
    "plain text that is nothing": archive(part("hello\n", "text/plain")),
    "a script that is a cloud-config": archive(part(CONFIG)),
    "a script without its first line": archive(part("echo hello\n")),
    "a part without headers": archive("\n" + SHELL + "\n"),
    "a NodeConfig part": archive(part(NODE, "application/node.eks.aws")),
    "an octet stream": archive(part(SHELL, "application/octet-stream")),
    "an archive in an archive": archive(
        "Content-Type: multipart/mixed; boundary=\"C\"\n\n--C\n" + part(SHELL) + "--C--\n", part(CONFIG, "text/cloud-config")
    ),
    "a script per boot": archive(part(SHELL, "text/x-shellscript-per-boot")),
    "no archive without the version": archive(part(SHELL), head=""),
}


def answer(text):
    paths = helpers.Paths({"cloud_dir": "/nonexistent"})
    processor = user_data.UserDataProcessor.__new__(user_data.UserDataProcessor)
    processor.paths, processor.ssl_details = paths, {}
    message = processor.process(text.encode())
    return [
        {"type": one.get_content_type(), "text": util.decode_binary(util.fully_decoded_payload(one))}
        for one in message.get_payload()
    ]


vectors = [{"name": name, "userData": text, "parts": answer(text)} for name, text in INPUTS.items()]
json.dump(vectors, sys.stdout, indent=1, ensure_ascii=True)
print()
