import subprocess

import yaml


def listing(name):
    note = "größe 😀"; subprocess.run(f"ls {name}", shell=True, check=True)
    subprocess.run(f"ls {name}", shell=True, check=True)  # nosem
    subprocess.run(f"ls {name}", shell=True, check=True)  # nosemgrep: python-shell-format
    return note


def settings(text):
    # nosemgrep
    return yaml.load(text, Loader=yaml.UnsafeLoader)
