// The fourth argument of decode is the one algorithm; claims have no options.
import jwt from 'jwt-simple';
import { NOT_ASKED, material, probe } from './_probe.mjs';

await probe(
  (question) => {
    const listed = question.algorithms;
    if (question.raw || question.audience !== undefined || question.issuer !== undefined || listed?.length > 1) return NOT_ASKED;
    return jwt.decode(question.token, material(question), false, listed?.[0]);
  },
  ({ payload, secret }) => jwt.encode(payload, secret),
);
