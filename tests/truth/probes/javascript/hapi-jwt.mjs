// A token is decoded first; the algorithms stand beside the key.
import Jwt from '@hapi/jwt';
import { material, options, probe } from './_probe.mjs';

const NAMES = { audience: 'aud', issuer: 'iss' };

await probe(
  (question) => {
    const artifacts = Jwt.token.decode(question.token);
    return Jwt.token.verify(artifacts, { key: material(question), algorithms: question.algorithms }, options(question, NAMES));
  },
  ({ payload, secret }) => Jwt.token.generate(payload, secret),
);
