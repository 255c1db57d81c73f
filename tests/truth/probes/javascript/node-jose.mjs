// Keys are objects, and no claim is looked at.
import jose from 'node-jose';
import { NOT_ASKED, options, probe } from './_probe.mjs';

const secretKey = (text) => jose.JWK.asKey({ kty: 'oct', k: Buffer.from(text).toString('base64url') });

await probe(
  async (question) => {
    const { key, algorithms, audience, issuer, raw } = question;
    // A key in the header would have to be signed with.
    if (audience !== undefined || issuer !== undefined || raw || key.kind === 'none' || key.form === 'der') return NOT_ASKED;
    const made = await (key.kind === 'secret' ? secretKey(key.text) : jose.JWK.asKey(key.text, 'pem'));
    // Options of `createVerify` become the defaults of every later verifier.
    await jose.JWS.createVerify(made).verify(question.token, options({ algorithms }, { algorithms: 'algorithms' }));
  },
  async ({ payload, secret }) => {
    const key = await secretKey(secret);
    return jose.JWS.createSign({ format: 'compact', fields: { alg: 'HS256' } }, key).update(JSON.stringify(payload)).final();
  },
);
