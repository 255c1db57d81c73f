// The third argument is the one algorithm; claims have no options.
import njwt from 'njwt';
import { NOT_ASKED, material, probe } from './_probe.mjs';

await probe(
  (question) => {
    const listed = question.algorithms;
    if (question.raw || question.audience !== undefined || question.issuer !== undefined || listed?.length > 1) return NOT_ASKED;
    const key = material(question);
    return listed ? njwt.verify(question.token, key, listed[0]) : njwt.verify(question.token, key);
  },
  ({ payload, secret }) => njwt.create(payload, secret).compact(),
);
