import jwt from 'jsonwebtoken';
import { material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'audience', issuer: 'issuer' };

await probe(
  (question) => jwt.verify(question.token, material(question), options(question, NAMES)),
  ({ payload, secret }) => jwt.sign(payload, secret),
);
