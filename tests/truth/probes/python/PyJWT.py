"""PyJWT 1 and 2."""

import jwt

from _probe import material, named, probe

NAMES = {"algorithms": "algorithms", "audience": "audience", "issuer": "issuer"}


def verify(question):
    jwt.decode(question["token"], material(question), **named(question, NAMES))


def mint(payload, secret):
    return jwt.encode(payload, secret)


probe(verify, mint)
