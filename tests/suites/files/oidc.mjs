// A real OpenID provider on loopback: `node oidc.mjs PORT KEYS.json`. Each start signs with a new key and goes on
// publishing those in KEYS.json, as a provider that rotates does. `/forge?kind=…` makes tokens that no one may take.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import * as jose from 'jose';
import { Provider } from 'oidc-provider';

const [port, file] = [Number(process.argv[2]), process.argv[3]];
const issuer = `http://127.0.0.1:${port}`;
const resource = 'https://api.touchline.example';

const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true });
const newest = { ...(await jose.exportJWK(privateKey)), kid: `k${before.length + 1}`, alg: 'RS256', use: 'sig' };
const keys = [newest, ...before];
writeFileSync(file, JSON.stringify(keys));

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    {
      client_id: 'm2m', client_secret: 'm2m-secret', grant_types: ['client_credentials'], redirect_uris: [],
      response_types: [], token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  cookies: { keys: ['of-this-suite'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'api', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

const encoded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

async function forge(kind) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: resource, sub: 'm2m', iat: now, exp: now + 600 };
  if (kind === 'none') return `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(claims)}.`;
  if (kind === 'hs256') {
    const known = await jose.importJWK({ kty: 'RSA', n: newest.n, e: newest.e }, 'RS256', { extractable: true });
    const secret = Buffer.from(await jose.exportSPKI(known));
    return new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: newest.kid }).sign(secret);
  }
  const changed = {
    expired: { exp: now - 60, iat: now - 999 },
    aud: { aud: 'https://other.example' },
    iss: { iss: 'http://127.0.0.1:1' },
    future: { nbf: now + 3600 },
  }[kind] ?? {};
  const kid = kind === 'kid' ? 'nobody-knows' : newest.kid;
  const key = kind === 'otherkey' ? (await jose.generateKeyPair('RS256')).privateKey : privateKey;
  const token = await new jose.SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid }).sign(key);
  if (kind !== 'tampered') return token;
  const [header, , signature] = token.split('.');
  return `${header}.${encoded({ ...claims, sub: 'somebody-else' })}.${signature}`;
}

const serve = provider.callback();
http
  .createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    if (url.pathname === '/forge') response.end(await forge(url.searchParams.get('kind')));
    else serve(request, response);
  })
  .listen(port, '127.0.0.1', () => console.log('ready'));
