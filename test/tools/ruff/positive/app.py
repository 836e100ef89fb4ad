import subprocess, os, hashlib, pickle, random, requests, telnetlib, ssl, yaml
x = "é"; subprocess.call("ls 😀", shell=True)  # noqa
password = "synthetic"  # noqa: S105
"😀"; exec("x")
def f(t="synthetic-default"): assert t
connect(password="synthetic-arg"); open("/tmp/synthetic-path")
os.system("ls"); os.system(f"ls {x}")
hashlib.md5(b"")  # nosec
yaml.load(x)
