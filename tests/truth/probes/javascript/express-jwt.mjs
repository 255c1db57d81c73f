// 5 exports the middleware itself, 6 and later an object.
import exported from 'express-jwt';
import { material, options, probe } from './_probe.mjs';

const NAMES = { algorithms: 'algorithms', audience: 'audience', issuer: 'issuer' };
const expressjwt = exported.expressjwt ?? exported.expressJwt ?? exported;

// The middleware wants a secret; a function may still find none. Up to 6 it gets a callback.
const promises = exported.expressjwt !== undefined;
const noKey = promises ? async () => undefined : (request, payload, done) => done(null, undefined);

await probe(
  (question) =>
    new Promise((resolve, reject) => {
      const middleware = expressjwt({ secret: material(question) ?? noKey, ...options(question, NAMES) });
      const request = { method: 'GET', headers: { authorization: `Bearer ${question.token}` } };
      middleware(request, {}, (error) => (error ? reject(error) : resolve()));
    }),
);
