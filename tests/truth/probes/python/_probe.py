"""What every probe shares: reads the questions, asks `verify` each, prints what it answered."""

import base64
import json
import sys
import warnings


class NotAsked(Exception):
    """The question cannot be put to this library."""


def material(question):
    """The key of a question: text, or bytes for DER, or nothing at all."""
    key = question["key"]
    if key["kind"] == "none":
        return None
    if key.get("form") == "der":
        return base64.b64decode(key["base64"])
    return key["text"]


def probe(verify, mint=None):
    """Answers the questions on standard input."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    observations = {}
    for question in asked["questions"]:
        observations[question["id"]] = answer(verify, question)
    minted = None
    if mint:
        try:
            minted = mint(**asked["mint"])
        except Exception as error:  # noqa: BLE001
            observations["mint"] = f"error: {error}"
    if isinstance(minted, bytes):
        minted = minted.decode()
    print(json.dumps({"observations": observations, "minted": minted}))


def answer(verify, question):
    raw = question.get("raw", {})
    if "field" in raw or "call" in raw:
        return "n/a"
    try:
        verify(question)
    except NotAsked:
        return "n/a"
    except Exception as error:  # noqa: BLE001
        return f"rejected: {type(error).__name__}: {error}"
    return "accepted"


def named(question, names):
    """The options of a question under the names that the library has for them; those that are not set are left out."""
    raw = question.get("raw", {})
    written = {theirs: question[ours] for ours, theirs in names.items() if ours in question}
    written.update(raw.get("named", {}))
    if raw.get("option"):
        written["options"] = raw["option"]
    return written
