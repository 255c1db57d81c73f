import { createSigner, createVerifier } from 'fast-jwt';
import { material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'allowedAud', issuer: 'allowedIss' };

await probe(
  (question) => createVerifier({ key: material(question) ?? null, ...options(question, NAMES) })(question.token),
  ({ payload, secret }) => createSigner({ key: secret })(payload),
);
