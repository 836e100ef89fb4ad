import os
import random
import socket
import tarfile
import telnetlib
import xml.etree.ElementTree as ET

from django.utils.safestring import mark_safe


def serve(archive, text, tag):
    s = socket.socket()
    s.bind(("0.0.0.0", 80))
    tarfile.open(archive).extractall(members=pick("synthetic-Pa55word-4"))
    os.chmod("/srv/synthetic-Pa55word-5", 0o777)
    open("/tmp/fixed")
    telnetlib.Telnet("h")
    ET.parse(text)
    mark_safe(f"<b>{text}</b>")
    return random.random()
