// 1 and 2.
import jose from 'jose';
import { material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'audience', issuer: 'issuer' };

await probe(
  (question) => jose.JWT.verify(question.token, material(question), options(question, NAMES)),
  ({ payload, secret }) => jose.JWT.sign(payload, secret),
);
