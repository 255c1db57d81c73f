// 5 exports the middleware itself, 6 and later an object.
import exported from 'express-jwt';
import { material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'audience', issuer: 'issuer' };
const expressjwt = exported.expressjwt ?? exported.expressJwt ?? exported;

await probe(
  (question) =>
    new Promise((resolve, reject) => {
      const middleware = expressjwt({ secret: material(question), ...options(question, NAMES) });
      const request = { method: 'GET', headers: { authorization: `Bearer ${question.token}` } };
      middleware(request, {}, (error) => (error ? reject(error) : resolve()));
    }),
);
