"""jwcrypto: keys are objects."""

import base64

from jwcrypto import jwk, jwt

from _probe import NotAsked, material, probe


def octets(text):
    return jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode())


def verify(question):
    given = material(question)
    kind = question["key"]["kind"]
    if question.get("raw") or kind == "none" or question["key"].get("form") == "der":
        raise NotAsked
    key = jwk.JWK.from_pem(given.encode()) if kind == "public" else octets(given)
    listed = {"algs": question["algorithms"]} if "algorithms" in question else {}
    expected = {}
    for ours, claim in (("audience", "aud"), ("issuer", "iss")):
        if ours in question:
            expected[claim] = question[ours]
    if expected:
        listed["check_claims"] = expected
    jwt.JWT(jwt=question["token"], key=key, **listed)


def mint(payload, secret):
    token = jwt.JWT(header={"alg": "HS256"}, claims=payload)
    token.make_signed_token(octets(secret))
    return token.serialize()


probe(verify, mint)
