// 3 and later. A key is an object here: text becomes one as the documentation has it.
import { createPublicKey } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { NOT_ASKED, material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'audience', issuer: 'issuer' };

await probe(
  (question) => {
    const { key } = question;
    if (key.kind === 'public' && key.form !== 'pem') return NOT_ASKED;
    const text = material(question);
    const made = key.kind === 'public' ? createPublicKey(text) : text === undefined ? undefined : new TextEncoder().encode(text);
    return jwtVerify(question.token, made, options(question, NAMES));
  },
  ({ payload, secret }) => new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret)),
);
