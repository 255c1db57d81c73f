"""joserfc: keys are objects, and claims are checked by a registry of their own."""

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from _probe import NotAsked, material, probe


def verify(question):
    if question.get("raw") or "audience" in question or "issuer" in question:
        raise NotAsked
    given = material(question)
    kind = question["key"]["kind"]
    if kind == "none":
        raise NotAsked
    key = (RSAKey if kind == "public" else OctKey).import_key(given)
    listed = {"algorithms": question["algorithms"]} if "algorithms" in question else {}
    token = jwt.decode(question["token"], key, **listed)
    if question.get("after"):
        jwt.JWTClaimsRegistry().validate(token.claims)


def mint(payload, secret):
    return jwt.encode({"alg": "HS256"}, payload, OctKey.import_key(secret))


probe(verify, mint)
