// 1 and 2.
import jose from 'jose';
import { material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'audience', issuer: 'issuer' };

// `JWK.None` is the key of unsigned tokens: who lists `none` would write it.
const noKey = (question) => (question.algorithms?.includes('none') ? jose.JWK.None : undefined);

await probe(
  (question) => jose.JWT.verify(question.token, material(question) ?? noKey(question), options(question, NAMES)),
  ({ payload, secret }) => jose.JWT.sign(payload, secret),
);
