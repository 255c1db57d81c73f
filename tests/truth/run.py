#!/usr/bin/env python3
"""Holds the claims of the library models against what the published libraries do with forged tokens.

Installs the libraries with npm, pip and cargo into a temporary folder, asks each one the same questions
(`probes/`), and compares the answers with what `jotlint libraries --format json` says of that version. Tokens are
forged here with hmac; keys are made for the run by openssl. Needs Python 3.9, Node, cargo and openssl, and the network
for the installs alone. Not part of `cargo test`.

    python3 tests/truth/run.py                         everything
    python3 tests/truth/run.py PyJWT jose              these libraries only
    python3 tests/truth/run.py --write tests/truth/RESULTS.md

The exit status is 1 when a claim differs.
"""

import argparse
import base64
import collections
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
NEWEST = "newest"
AGREES, DIFFERS, UNTESTED, UNCLAIMED = "agrees", "DIFFERS", "not testable", "no claim"
ACCEPTED, REJECTED = "accepted", "rejected"
SERVICE, OTHER_SERVICE = "https://service.example", "https://other.example"
ISSUER, OTHER_ISSUER = "https://issuer.example", "https://evil.example"


class Subject:
    """A library under test: its model, its package, the APIs whose facts are asked, and its probes."""

    def __init__(self, model, language, package, versions, apis, mint=(), probe=None, extra=(), has_list=True):
        self.model = model
        self.language = language
        self.package = package
        self.versions = versions
        self.apis = apis
        self.mint = mint
        self.probe = probe or model
        # More packages to install; for a crate, ranges of versions and what its dependency says more there.
        self.extra = extra
        # Whether algorithms are a list that can mix families.
        self.has_list = has_list


JS, PY, RS = "javascript", "python", "rust"
SUBJECTS = [
    Subject("jsonwebtoken", JS, "jsonwebtoken", ["8.5.1", "9.0.2", NEWEST], ["verify"], ["sign"]),
    Subject("express-jwt", JS, "express-jwt", ["5.3.3", "6.1.2", "7.7.8", NEWEST], ["expressjwt"]),
    Subject("jose", JS, "jose", ["2.0.7"], ["JWT.verify"], ["JWT.sign"], probe="jose-2"),
    Subject("jose", JS, "jose", ["4.15.9", "5.10.0", NEWEST], ["jwtVerify"], ["SignJWT.sign"]),
    Subject("fast-jwt", JS, "fast-jwt", ["1.5.0", "3.3.3", "5.0.6", NEWEST], ["createVerifier"], ["Signer.()"]),
    Subject("njwt", JS, "njwt", ["1.2.0", NEWEST], ["verify"], ["create"], has_list=False),
    Subject("jwt-simple", JS, "jwt-simple", [NEWEST], ["decode"], ["encode"], has_list=False),
    Subject("@hapi/jwt", JS, "@hapi/jwt", [NEWEST], ["token.verify"], ["token.generate"], probe="hapi-jwt"),
    Subject("jsrsasign", JS, "jsrsasign", ["10.9.0", NEWEST], ["JWS.verifyJWT"], ["JWS.sign"]),
    Subject("node-jose", JS, "node-jose", ["0.11.0", NEWEST], ["Verifier.verify"], ["Signer.final"]),
    Subject("hono/jwt", JS, "hono", ["3.12.12", "4.9.0", NEWEST], ["verify"], ["sign"], probe="hono", has_list=False),
    Subject(
        "PyJWT", PY, "PyJWT", ["1.7.1", "2.4.0", "2.8.0", "2.13.0", NEWEST], ["decode"], ["encode"], extra=["cryptography"]
    ),
    Subject("python-jose", PY, "python-jose", ["3.3.0", NEWEST], ["jwt.decode"], ["jwt.encode"], extra=["cryptography"]),
    Subject(
        "Authlib", PY, "Authlib", ["1.3.0", "1.3.2", "1.5.2", "1.6.5", "1.6.7", NEWEST], ["jwt.decode"], ["jwt.encode"],
        extra=["cryptography"],
    ),
    Subject("joserfc", PY, "joserfc", ["1.0.0", NEWEST], ["jwt.decode"], ["jwt.encode"]),
    Subject("jwcrypto", PY, "jwcrypto", ["1.5.6", NEWEST], ["jwt.JWT"], ["JWT.make_signed_token"]),
    Subject("jwt (GehirnInc)", PY, "jwt", ["1.3.1", NEWEST], ["JWT.decode"], ["JWT.encode"], probe="gehirn-jwt"),
    Subject(
        "jsonwebtoken", RS, "jsonwebtoken", ["8.3.0", "9.3.1", "10.4.0", NEWEST], ["decode", "Validation", "Validation.default"],
        ["encode"], extra=[(">=10", 'features = ["rust_crypto"]')],
    ),
    Subject(
        "jwt-simple", RS, "jwt-simple", ["0.11.9", "0.12.12", NEWEST], ["HS256Key.verify_token", "VerificationOptions"],
        ["HS256Key.authenticate"], has_list=False, extra=[(">=0.12", 'default-features = false, features = ["pure-rust"]')],
    ),
]


# Tokens and keys


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims, key=b"", algorithm="HS256"):
    """A token signed by an HMAC with whatever bytes are given, or unsigned."""
    parts = [{"alg": algorithm, "typ": "JWT"}, claims]
    signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    if algorithm == "none":
        return signed + "."
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
    return signed + "." + encoded(hmac.new(key, signed.encode(), digest).digest())


def tampered(text):
    signed, _, signature = text.rpartition(".")
    return signed + "." + ("A" if signature[0] != "A" else "B") + signature[1:]


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


class Keys:
    """Made for one run."""

    def __init__(self):
        self.secret = secrets.token_hex(64)
        private = openssl("genrsa", "2048")
        der = openssl("rsa", "-pubout", "-outform", "DER", given=private)
        self.public = {
            "pem": openssl("rsa", "-pubout", given=private),
            "pkcs1": openssl("rsa", "-RSAPublicKey_out", given=private),
            "der": der,
        }

    def of_secret(self, text=None):
        return {"kind": "secret", "text": self.secret if text is None else text}

    def of_public(self, form):
        data = self.public[form]
        if form == "der":
            return {"kind": "public", "form": form, "base64": base64.b64encode(data).decode()}
        return {"kind": "public", "form": form, "text": data.decode()}


# Questions


def questions(keys, facts):
    """Everything a library is asked, by id."""
    now = int(time.time())
    claims = {"sub": "someone", "iat": now - 60, "nbf": now - 60, "exp": now + 3600}
    good, secret = keys.secret.encode(), keys.of_secret()
    without_expiry = {"sub": "someone", "iat": now - 86400}

    def signed(without=(), key=good, algorithm="HS256", **more):
        kept = {name: value for name, value in claims.items() if name not in without}
        return token({**kept, **more}, key, algorithm)

    asked = {}

    def ask(name, text, key=secret, listed=("HS256",), **more):
        asked[name] = {"id": name, "token": text, "key": key, **more}
        if listed is not None:
            asked[name]["algorithms"] = list(listed)

    unsigned = token(claims, algorithm="none")
    no_key = {"kind": "none"}
    ask("control", signed())
    ask("tampered", tampered(signed()))
    ask("no list: HS256", signed(), listed=None)
    ask("no list: HS512", signed(algorithm="HS512"), listed=None)
    ask("no list: none", unsigned, listed=None)
    ask("no list: none without a key", unsigned, no_key, listed=None)
    ask("none listed", unsigned, listed=["none"])
    ask("none listed: no key", unsigned, no_key, listed=["none"])
    for form, public in keys.public.items():
        forged = signed(key=public)
        ask(f"no list: {form} as secret", forged, keys.of_public(form), listed=None)
        ask(f"mixed list: {form} as secret", forged, keys.of_public(form), listed=["HS256", "RS256"])
    for after in (False, True):
        more = {"after": True} if after else {}
        suffix = ", then checked" if after else ""
        ask(f"no exp{suffix}", signed(without=["exp"]), **more)
        ask(f"expired{suffix}", signed(exp=now - 86400), **more)
        ask(f"nbf ahead{suffix}", signed(nbf=now + 86400), **more)
    for name, option, right, wrong in [
        ("aud", "audience", SERVICE, OTHER_SERVICE),
        ("iss", "issuer", ISSUER, OTHER_ISSUER),
    ]:
        ask(f"{name} not asked for", signed(**{name: wrong}))
        ask(f"{name} right", signed(**{name: right}), **{option: right})
        ask(f"{name} wrong", signed(**{name: wrong}), **{option: right})
        ask(f"{name} absent", signed(), **{option: right})
        ask(f"{name} wrong, expected empty", signed(**{name: wrong}), **{option: ""})
    ask("empty key", signed(key=b""), keys.of_secret(""))
    ask("empty key, unsigned token", unsigned, keys.of_secret(""))
    ask("short key", signed(key=b"k"), keys.of_secret("k"))

    # What the model says switches a check off or does nothing, written as it says.
    refused = {
        "signature": (tampered(signed()), {}),
        "expiry": (signed(exp=now - 86400), {}),
        "not-before": (signed(nbf=now + 86400), {}),
        "audience": (signed(aud=OTHER_SERVICE), {"audience": SERVICE}),
        "issuer": (signed(iss=OTHER_ISSUER), {"issuer": ISSUER}),
    }
    for slot, condition, raw in facts.switches():
        text, more = refused[slot]
        ask(f"off: {condition}", text, raw=raw, **more)
    lacking = {
        "audience": (signed(), {"audience": SERVICE}),
        "issuer": (signed(), {"issuer": ISSUER}),
        "expiry": (signed(without=["exp"]), {}),
    }
    for slot, condition, raw in facts.switches("demand"):
        if slot in lacking:
            text, more = lacking[slot]
            ask(f"demand: {condition}", text, raw=raw, **more)
    looks_like = {
        "signature": signed(),
        "algorithms": signed(),
        "audience": signed(aud=OTHER_SERVICE),
        "issuer": signed(iss=OTHER_ISSUER),
        "subject": signed(),
        "expiry": token(without_expiry, good),
        "required": signed(without=["exp", "iat"]),
    }
    for inert, raw in facts.inert():
        listed = None if inert["slot"] == "algorithms" else ["HS256"]
        ask(f"inert: {inert['when']}", looks_like[inert["slot"]], listed=listed, raw=raw)
    return asked


# What the model says


def release(text):
    numbers = re.findall(r"\d+", text.split("-")[0].split("+")[0])
    return tuple(int(number) for number in (numbers + ["0", "0"])[:3])


def lies_in(version, ranges):
    """Whether a version lies in ranges such as `>=4.2.2, <9 || >=10`."""

    def holds(comparison):
        operator, bound = re.match(r"\s*(>=|<=|<|>|=|\^|~)?\s*(.*)", comparison).groups()
        ours, theirs = release(version), release(bound)
        shown = len(bound.split("."))
        return {
            ">=": ours >= theirs,
            "<=": ours <= theirs,
            "<": ours < theirs,
            ">": ours > theirs,
            "=": ours[:shown] == theirs[:shown],
        }[operator or "="]

    return not ranges or any(all(map(holds, part.split(","))) for part in ranges.split("||"))


class Facts:
    """What a model says of one version of a library."""

    def __init__(self, model, subject, version):
        self.version = version
        items = model.get("api", []) + model.get("type", [])
        here = [item for item in items if lies_in(version, item.get("versions"))]
        self.verifying = [item for item in here if set(item["path"]) & set(subject.apis) and item.get("role") != "mint"]
        self.minting = [item for item in here if set(item["path"]) & set(subject.mint)]
        self.unset = self.merged(self.verifying)
        self.minted = self.merged(self.minting)
        self.slots = {slot for item in self.verifying for slot in item.get("slots", {})}

    def merged(self, items):
        facts = {}
        for item in items:
            for unset in item.get("unset", []):
                if not lies_in(self.version, unset.get("versions")):
                    continue
                for name, value in unset.items():
                    # A later fact replaces an earlier one, but slots whose claim may be absent add up.
                    facts[name] = facts.get(name, []) + value if name == "absent-accepted" else value
        return facts

    def default(self, slot):
        return next((item["defaults"][slot] for item in self.verifying if slot in item.get("defaults", {})), None)

    def switches(self, kind="off"):
        """Slot, condition, and how a probe writes it, for each condition that can be written."""
        seen = set()
        for item in self.verifying:
            for slot, conditions in item.get(kind, {}).items():
                for condition in conditions:
                    raw = written(condition)
                    shape = (slot, json.dumps(raw, sort_keys=True))
                    if raw is not None and shape not in seen:
                        seen.add(shape)
                        yield slot, condition, raw

    def inert(self):
        for item in self.verifying:
            for inert in item.get("inert", []):
                raw = written(inert["when"], inert["slot"])
                if raw is not None and lies_in(self.version, inert.get("versions")):
                    yield inert, raw

    def unwritable(self):
        """Conditions that no probe can write."""
        for item in self.verifying:
            for kind in ("off", "demand"):
                for conditions in item.get(kind, {}).values():
                    yield from (f"{kind}: {condition}" for condition in conditions if written(condition) is None)
            for inert in item.get("inert", []):
                if written(inert["when"], inert["slot"]) is None:
                    yield f"inert: {inert['when']}"


def written(condition, slot=None):
    """A condition of a model as the raw options of a question, or nothing."""
    condition = condition.split(" | ")[0]
    found = re.match(r"^option (\w+) of (?:arg \d|named options)(?: is (\w+))?", condition)
    if found:
        value = value_of(found[1], found[2], slot)
        return None if value is None else {"option": {found[1]: value}}
    found = re.match(r"^named (\w+)(?: is (\w+))?", condition)
    if found:
        value = value_of(found[1], found[2], slot)
        return None if value is None else {"named": {found[1]: value}}
    found = re.match(r"^field (\w+) is false$", condition)
    if found:
        return {"field": {found[1]: False}}
    found = re.match(r"^call (\w+)(?: is set)?$", condition)
    return {"call": [found[1]]} if found else None


def value_of(name, test, slot):
    if test in ("true", "false"):
        return test == "true"
    if test == "pattern":
        return {"$pattern": "^nobody$"}
    if test not in (None, "set", "text") or slot is None:
        return None
    if name == "require":
        return ["exp"]
    if name.startswith("require_"):
        return True
    return {"algorithms": "RS256", "audience": SERVICE, "issuer": ISSUER, "subject": "nobody", "expiry": "1s", "required": "x"}.get(
        slot
    )


# Comparing


def judge(subject, facts, answers, minted):
    """Rows of claim, verdict and detail."""
    rows = []

    def outcome(name):
        answer = answers.get(name, "n/a")
        return answer.split(":")[0] if answer.startswith((ACCEPTED, REJECTED)) else None

    def told(names):
        return "; ".join(f"{name}: {answers.get(name, 'n/a')}"[:160] for name in names)

    def expect(claim, **expected):
        wanted = {name: way for way, names in expected.items() for name in names if name}
        known = {name: way for name, way in wanted.items() if outcome(name)}
        if len(known) < len(wanted):
            missing = [name for name in wanted if name not in known]
            rows.append((claim, UNTESTED, "the probe cannot ask: " + ", ".join(missing)))
        elif all(outcome(name) == way for name, way in known.items()):
            rows.append((claim, AGREES, ""))
        else:
            wrong = [name for name, way in known.items() if outcome(name) != way]
            rows.append((claim, DIFFERS, told(wrong)))

    def some_accepted(claim, names):
        asked = [name for name in names if outcome(name)]
        if not asked:
            rows.append((claim, UNTESTED, "the probe cannot ask"))
        elif any(outcome(name) == ACCEPTED for name in asked):
            rows.append((claim, AGREES, "; ".join(name for name in asked if outcome(name) == ACCEPTED)))
        else:
            rows.append((claim, DIFFERS, told(asked)))

    if outcome("control") != ACCEPTED or outcome("tampered") != REJECTED:
        return [("a good token is accepted and a tampered one rejected", UNTESTED, told(["control", "tampered"]))]

    unset = facts.unset
    by_family = ["no list: HS256", "no list: HS512"]
    no_key = "no list: none without a key" if outcome("no list: none without a key") else None
    algorithms = unset.get("algorithms")
    claim = f"no list of algorithms: {algorithms}"
    if algorithms is None and facts.default("algorithms") == "HS256":
        expect("no list of algorithms: HS256 alone", accepted=by_family[:1], rejected=[by_family[1], "no list: none"])
    elif algorithms is None:
        rows.append(("no list of algorithms", UNCLAIMED, told(by_family)))
    elif algorithms == "closed":
        expect(claim, rejected=by_family[:1])
    elif algorithms == "pinned":
        expect(claim, accepted=by_family[:1], rejected=[by_family[1], "no list: none"])
    elif algorithms == "header":
        expect(claim, accepted=by_family, rejected=["no list: none"])
    elif algorithms == "by-key":
        expect(claim, accepted=by_family, rejected=["no list: none", no_key])
    elif algorithms == "by-key-text":
        expect(claim, accepted=[*by_family, no_key], rejected=["no list: none"])
    elif algorithms == "unsigned":
        expect(claim, accepted=["no list: none"])
    else:
        rows.append((claim, UNTESTED, "the framework's settings decide"))

    listed_none = ["none listed", "none listed: no key"]
    if unset.get("none-refused"):
        expect("none is refused even when listed", rejected=[name for name in listed_none if outcome(name)] or listed_none)
    else:
        some_accepted("none is accepted when listed", listed_none)
    confused = [f"{kind}: {form} as secret" for form in ("pem", "pkcs1") for kind in ("no list", "mixed list")]
    if unset.get("family-bound"):
        expect("a public key is no HMAC secret", rejected=[name for name in confused if outcome(name)] or confused[:1])
    elif subject.has_list or algorithms not in ("closed", "pinned"):
        more = [f"{kind}: der as secret" for kind in ("no list", "mixed list")]
        some_accepted("a public key is taken as HMAC secret", confused + more)

    claims(facts, expect, rows)
    empty = unset.get("empty-key-accepted")
    if empty is None:
        rows.append(("empty key", UNCLAIMED, told(["empty key", "empty key, unsigned token"])))
    else:
        expect(f"empty key accepted: {str(empty).lower()}", **{ACCEPTED if empty else REJECTED: ["empty key"]})
    rows.append(("key of one byte", UNCLAIMED, told(["short key"])))

    for name in answers:
        if name.startswith(("off: ", "inert: ")):
            expect(name, accepted=[name])
        if name.startswith("demand: "):
            expect(name, rejected=[name])
    for name in facts.unwritable():
        rows.append((name, UNTESTED, "no probe can write this condition"))
    rows.extend(lifetime(facts, answers, minted))
    return rows


def claims(facts, expect, rows):
    """What the model says of exp, nbf, aud and iss."""
    unset = facts.unset
    for slot, absent, bad in [("expiry", "no exp", "expired"), ("not-before", None, "nbf ahead")]:
        said = unset.get(slot)
        claim = f"{slot}: {said}"
        if said is None:
            rows.append((slot, UNCLAIMED, ""))
        elif said == "elsewhere":
            rows.append((claim, UNTESTED, "the framework's settings decide"))
        elif said.startswith("until "):
            expect(claim, accepted=[absent, bad], rejected=[f"{bad}, then checked"])
        else:
            ways = {"required": (REJECTED, REJECTED), "if-present": (ACCEPTED, REJECTED)}
            absent_way, bad_way = ways.get(said, (ACCEPTED, ACCEPTED))
            names = collections.defaultdict(list)
            names[absent_way].append(absent)
            names[bad_way].append(bad)
            expect(claim, **names)
    for slot, name in [("audience", "aud"), ("issuer", "iss")]:
        said = unset.get(slot)
        if said is None:
            rows.append((f"{slot} without an option", UNCLAIMED, ""))
        elif said == "elsewhere":
            rows.append((f"{slot} without an option: {said}", UNTESTED, "the framework's settings decide"))
        else:
            way = ACCEPTED if said == "unchecked" else REJECTED
            expect(f"{slot} without an option: {said}", **{way: [f"{name} not asked for"]})
        if slot not in facts.slots:
            continue
        expect(f"{slot} expected", accepted=[f"{name} right"], rejected=[f"{name} wrong"])
        loose = slot in unset.get("absent-accepted", [])
        expect(
            f"{slot} expected, token lacks it: {ACCEPTED if loose else REJECTED}",
            **{ACCEPTED if loose else REJECTED: [f"{name} absent"]},
        )
        if any(slot in item.get("skipped-when-empty", []) for item in facts.verifying):
            expect(f"{slot} expected, but empty: not checked", accepted=[f"{name} wrong, expected empty"])


def lifetime(facts, answers, minted):
    """What the model says of tokens that are minted without a lifetime."""
    said = facts.minted.get("lifetime")
    claim = f"minted without a lifetime: {said}"
    if not facts.minting:
        return []
    if said is None:
        return [("minted without a lifetime", UNCLAIMED, "")]
    if said == "elsewhere":
        return [(claim, UNTESTED, "the framework's settings decide")]
    if not minted:
        return [(claim, UNTESTED, answers.get("mint", "the probe mints nothing"))]
    payload = minted.split(".")[1]
    expires = "exp" in json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    agrees = expires == (said == "bounded")
    return [(claim, AGREES if agrees else DIFFERS, "exp was set" if expires else "no exp was set")]


# Installing and asking


class CommandFailed(Exception):
    """What the first telling line of its output was."""


def command(*arguments, folder, given=None, timeout=900, **environment):
    done = subprocess.run(
        arguments, cwd=folder, input=given, capture_output=True, text=True, timeout=timeout, env={**os.environ, **environment}
    )
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        telling = [line for line in lines if "rror" in line] or lines[-1:] or ["no output"]
        raise CommandFailed(f"{pathlib.Path(arguments[0]).name}: {telling[0][:200]}")
    return done.stdout


class JavaScript:
    """An npm package in a folder of its own."""

    def __init__(self, subject, version, folder):
        wanted = subject.package + ("" if version == NEWEST else f"@{version}")
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        command("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", wanted, folder=folder)
        manifest = folder / "node_modules" / subject.package / "package.json"
        self.version = json.loads(manifest.read_text())["version"]
        for name in ("_probe", subject.probe):
            shutil.copy(HERE / "probes" / JS / f"{name}.mjs", folder)
        self.folder, self.probe = folder, f"{subject.probe}.mjs"

    def ask(self, given):
        return command("node", self.probe, folder=self.folder, given=given, timeout=120)


class Python:
    """A package of PyPI in a folder of its own."""

    def __init__(self, subject, version, folder):
        wanted = subject.package + ("" if version == NEWEST else f"=={version}")
        packages = folder / "packages"
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:")
        command(*pip, "--target", str(packages), wanted, *subject.extra, folder=folder)
        self.environment = {"PYTHONPATH": f"{packages}{os.pathsep}{HERE / 'probes' / PY}"}
        code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
        self.version = command(sys.executable, "-c", code, subject.package, folder=folder, **self.environment).strip()
        self.folder = folder
        # Under another name than the package, which it would hide.
        self.probe = folder / "the_probe.py"
        shutil.copy(HERE / "probes" / PY / f"{subject.probe}.py", self.probe)
        self.environment["PYTHONPATH"] = str(packages)
        shutil.copy(HERE / "probes" / PY / "_probe.py", folder)

    def ask(self, given):
        return command(sys.executable, str(self.probe), folder=self.folder, given=given, timeout=120, **self.environment)


class Rust:
    """A project that depends on one version of a crate."""

    def __init__(self, subject, version, folder):
        (folder / "src").mkdir()
        shutil.copy(HERE / "probes" / RS / subject.probe / "main.rs", folder / "src")
        exact = "*" if version == NEWEST else f"={version}"
        self.folder = folder
        self.environment = {"CARGO_TARGET_DIR": str(folder.parent / "target"), "CARGO_PROFILE_DEV_DEBUG": "0"}
        self.write(subject, exact, folder, "")
        command("cargo", "generate-lockfile", folder=folder, **self.environment)
        lock = (folder / "Cargo.lock").read_text()
        self.version = re.search(rf'name = "{subject.package}"\nversion = "([^"]+)"', lock)[1]
        more = "".join(f", {text}" for ranges, text in subject.extra if lies_in(self.version, ranges))
        self.write(subject, f"={self.version}", folder, more)
        command("cargo", "build", "--quiet", folder=folder, **self.environment)

    def write(self, subject, exact, folder, more):
        # What a probe writes may depend on the major version.
        major = release(exact)[0]
        (folder / "Cargo.toml").write_text(
            f'[package]\nname = "{folder.name}"\nversion = "0.0.0"\nedition = "2021"\n\n'
            f'[features]\ndefault = ["v{major}"]\nv{major} = []\n\n'
            f'[dependencies]\nserde_json = "1"\n{subject.package} = {{ version = "{exact}"{more} }}\n\n'
            "[workspace]\n"
        )

    def ask(self, given):
        return command("cargo", "run", "--quiet", "--offline", folder=self.folder, given=given, timeout=300, **self.environment)


INSTALLERS = {JS: JavaScript, PY: Python, RS: Rust}


def examine(subject, version, models, keys, folder):
    """The exact version, and its rows."""
    model = models.get((subject.model, subject.language))
    if model is None:
        return version, [("everything", UNTESTED, "no model of this library in this build")]
    folder.mkdir()
    try:
        installed = INSTALLERS[subject.language](subject, version, folder)
    except (CommandFailed, subprocess.TimeoutExpired) as reason:
        return version, [("everything", UNTESTED, f"not installable here: {reason}")]
    try:
        facts = Facts(model, subject, installed.version)
        asked = questions(keys, facts)
        mint = {"payload": {"sub": "someone"}, "secret": keys.secret}
        given = json.dumps({"questions": list(asked.values()), "mint": mint})
        answered = json.loads(installed.ask(given))
    except (CommandFailed, subprocess.TimeoutExpired, json.JSONDecodeError) as reason:
        return installed.version, [("everything", UNTESTED, f"the probe failed: {reason}")]
    if not facts.verifying:
        return installed.version, [("everything", UNTESTED, "the model has no such API in this version")]
    return installed.version, judge(subject, facts, answered["observations"], answered.get("minted"))


def models_of(jotlint):
    listed = json.loads(subprocess.run([*jotlint, "libraries", "--format", "json"], cwd=REPOSITORY, capture_output=True, check=True).stdout)
    return {(library["name"], library["language"]): library for library in listed["libraries"]}


def unasked(models):
    """Models that no probe asks."""
    asked = {(subject.model, subject.language) for subject in SUBJECTS}
    return sorted(f"{name} ({language})" for name, language in models if (name, language) not in asked)


def markdown(results, counts, models):
    lines = [
        "# Models against libraries",
        "",
        f"Written by `tests/truth/run.py` on {datetime.date.today().isoformat()}: what the models claim, held against the",
        "published libraries with forged tokens.",
        "",
        ", ".join(f"{count} {verdict.lower()}" for verdict, count in counts.items()) + ".",
        "",
        f"No probe asks these models: {', '.join(unasked(models))}.",
        "",
        "| library | version | claim | verdict | what was seen |",
        "|---|---|---|---|---|",
    ]
    for subject, version, rows in results:
        for row in rows:
            claim, verdict, detail = (" ".join(text.split()).replace("|", "\\|") for text in row)
            lines.append(f"| {subject.model} ({subject.language}) | {version} | {claim} | {verdict} | {detail} |")
    return "\n".join(lines) + "\n"


def selected(names):
    """The subjects and versions that the command line names."""
    if not names:
        return [(subject, version) for subject in SUBJECTS for version in subject.versions]
    wanted = []
    for name in names:
        model, _, version = name.rpartition("@") if "@" in name[1:] else (name, "", "")
        found = [subject for subject in SUBJECTS if subject.model == model]
        if not found:
            sys.exit(f"no subject is called {model}")
        wanted += [(subject, v) for subject in found for v in ([version] if version else subject.versions)]
    return wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*", help="names of models, or NAME@VERSION; without any, all")
    parser.add_argument("--jotlint", help="the program; without it, it is built with cargo")
    parser.add_argument("--write", metavar="FILE", help="writes the results as a Markdown table")
    parser.add_argument("--only-differences", action="store_true", help="prints no claim that agrees")
    arguments = parser.parse_args()
    jotlint = [arguments.jotlint] if arguments.jotlint else ["cargo", "run", "--quiet", "--locked", "--"]
    models = models_of(jotlint)
    wanted = selected(arguments.libraries)
    keys, results = Keys(), []
    counts = dict.fromkeys([AGREES, DIFFERS, UNTESTED, UNCLAIMED], 0)
    with tempfile.TemporaryDirectory(prefix="jotlint-truth-") as temporary:
        for number, (subject, version) in enumerate(wanted):
            exact, rows = examine(subject, version, models, keys, pathlib.Path(temporary) / f"probe{number}")
            results.append((subject, exact, rows))
            print(f"{subject.model} {exact} ({subject.language})")
            for claim, verdict, detail in rows:
                counts[verdict] += 1
                if verdict != AGREES or not arguments.only_differences:
                    print(f"  {verdict:12}  {claim}" + (f"  [{detail}]" if detail else ""), flush=True)
    print(", ".join(f"{count} {verdict.lower()}" for verdict, count in counts.items()))
    print("no probe asks these models: " + ", ".join(unasked(models)))
    if arguments.write:
        pathlib.Path(arguments.write).write_text(markdown(results, counts, models))
    return 1 if counts[DIFFERS] else 0


if __name__ == "__main__":
    sys.exit(main())
