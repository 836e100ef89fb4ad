import subprocess


def listing(name):
    subprocess.run(["ls", "--", name], check=True)
