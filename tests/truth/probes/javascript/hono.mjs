// The third argument is the one algorithm, or an object that holds it with the options.
import { sign, verify } from 'hono/jwt';
import { NOT_ASKED, material, options, probe } from './_probe.mjs';

const NAMES = { audience: 'aud', issuer: 'iss' };

await probe(
  (question) => {
    const listed = question.algorithms;
    if (listed?.length > 1) return NOT_ASKED;
    const key = material(question);
    const written = options(question, NAMES);
    if (Object.keys(written).length > 0) return verify(question.token, key, { alg: listed?.[0], ...written });
    return listed ? verify(question.token, key, listed[0]) : verify(question.token, key);
  },
  ({ payload, secret }) => sign(payload, secret),
);
