// A system signs in with its own key, binds its token to another, calls, asks about the token and gives it back: RFC 8414, 9728, 7523, 9449, 7662, 7009.
import * as oauth from "oauth4webapi";

const { url, client_id, private_jwk } = JSON.parse(process.argv[2]);
const local = { [oauth.allowInsecureRequests]: true }; // plain HTTP, for a server on this very machine
const resource = new URL(url);

const described = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, local));
const issuer = new URL(described.authorization_servers[0]);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...local }),
);

const client = { client_id };
const { kid, ...jwk } = private_jwk;
const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const itself = oauth.PrivateKeyJwt({ key, kid });
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));

const token = await oauth.processClientCredentialsResponse(
  server,
  client,
  await oauth.clientCredentialsGrantRequest(server, client, itself, { scope: "agency:read" }, { DPoP, ...local }),
);
const called = async (path, more) => {
  const answer = await oauth.protectedResourceRequest(token.access_token, "GET", new URL(path, url), undefined, undefined, {
    ...local,
    ...more,
  });
  return answer.json();
};
const me = await called("/v1/me", { DPoP });
const agencies = await called("/v1/agencies?limit=1", { DPoP });

let stolen = [];
try {
  await called("/v1/me", {});
} catch (refused) {
  stolen = refused.cause.map((challenge) => challenge.scheme);
}

const asked = await oauth.processIntrospectionResponse(
  server,
  client,
  await oauth.introspectionRequest(server, client, itself, token.access_token, local),
);
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, itself, token.access_token, local));
const after = await oauth.processIntrospectionResponse(
  server,
  client,
  await oauth.introspectionRequest(server, client, itself, token.access_token, local),
);

console.log(
  JSON.stringify({
    token_type: token.token_type,
    me: me.id,
    agencies: agencies.items.length,
    stolen,
    bound: asked.cnf.jkt === (await DPoP.calculateThumbprint()),
    active: [asked.active, after.active],
  }),
);
