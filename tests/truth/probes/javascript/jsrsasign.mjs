// Expected claims are lists, a secret says that it is text, and the answer is a truth.
import jsrsasign from 'jsrsasign';
import { NOT_ASKED, material, options, probe } from './_probe.mjs';

const { JWS } = jsrsasign.KJUR.jws;

await probe(
  (question) => {
    const { key, algorithms, audience, issuer } = question;
    // The key has no form for bytes, and an empty text is no list.
    if (key.form === 'der' || audience === '' || issuer === '') return NOT_ASKED;
    const accepted = { alg: algorithms, ...options({ raw: question.raw }, {}) };
    if (audience !== undefined) accepted.aud ??= [audience];
    if (issuer !== undefined) accepted.iss ??= [issuer];
    const taken = key.kind === 'secret' ? { utf8: key.text } : material(question);
    if (!JWS.verifyJWT(question.token, taken, accepted)) throw new Error('not valid');
  },
  ({ payload, secret }) => JWS.sign('HS256', { alg: 'HS256' }, payload, { utf8: secret }),
);
