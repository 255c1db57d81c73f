"""Authlib: without a list the module's `jwt` object, with one a JsonWebToken."""

from authlib.jose import JsonWebToken, jwt

from _probe import NotAsked, material, probe


def verify(question):
    if question.get("raw"):
        raise NotAsked
    tokens = JsonWebToken(question["algorithms"]) if "algorithms" in question else jwt
    expected = {}
    for ours, claim in (("audience", "aud"), ("issuer", "iss")):
        if ours in question:
            expected[claim] = {"value": question[ours]}
    given = {"claims_options": expected} if expected else {}
    claims = tokens.decode(question["token"], material(question), **given)
    # The claims that are expected are compared by `validate` alone.
    if expected or question.get("after"):
        claims.validate()


def mint(payload, secret):
    return jwt.encode({"alg": "HS256"}, payload, secret)


probe(verify, mint)
