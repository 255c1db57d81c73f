"""The package `jwt` of GehirnInc: keys are objects; claims have no options."""

from jwt import JWT, jwk_from_pem
from jwt.jwk import OctetJWK

from _probe import NotAsked, material, probe


def verify(question):
    raw = question.get("raw", {})
    if raw.get("option") or "audience" in question or "issuer" in question:
        raise NotAsked
    given = material(question)
    kind = question["key"]["kind"]
    if kind == "none" or question["key"].get("form") == "der":
        raise NotAsked
    key = jwk_from_pem(given.encode()) if kind == "public" else OctetJWK(given.encode())
    listed = {"algorithms": set(question["algorithms"])} if "algorithms" in question else {}
    JWT().decode(question["token"], key, **listed, **raw.get("named", {}))


def mint(payload, secret):
    return JWT().encode(payload, OctetJWK(secret.encode()))


probe(verify, mint)
