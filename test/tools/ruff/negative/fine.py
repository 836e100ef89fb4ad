"""Fixture: code without flaws that Bandit knows."""
import json


def load(text: str) -> dict:
    return json.loads(text)
