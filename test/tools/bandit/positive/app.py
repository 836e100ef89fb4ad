"""Fixture: code with flaws that Bandit knows."""
import hashlib
import pickle
import subprocess

import requests
from flask import Flask

app = Flask(__name__)
password = "synthetic-Pa55word-1"  # not a real one


def connect(user, token="synthetic-t0ken-2"):
    login(user, passwd="it's-synthetic-3")


def run(command):
    subprocess.call(command, shell=True)
    subprocess.Popen(
        command,
        shell=True,
    )


def load(data, name):
    grüße = hashlib.md5(data); pickle.loads(data)
    emoji = "😀😀"; exec(data)
    requests.get(name, verify=False)
    return eval(name), f"SELECT * FROM t WHERE id = {name}"


try:
    load(b"", "")
except Exception:
    pass

app.run(debug=True)
