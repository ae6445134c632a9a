// Drives real clients at the endpoint: node clients.mjs http://127.0.0.1:8000/graphql TOKEN
// Prints what each of them saw, as JSON.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const seen = {};

const CREATE = gql`mutation ($input: CreateTeamInput!) { createTeam(input: $input) {
  __typename ... on TeamPayload { team { id name } } ... on UserError { code } } }`;
const urql = new Client({ url, exchanges: [cacheExchange, fetchExchange], fetchOptions: { headers }, preferGetMethod: false });
const created = await urql.mutation(CREATE, { input: { name: 'Team urql' } }).toPromise();
seen.urql = created.error ? String(created.error) : created.data.createTeam.team.name;
const refused = await urql.mutation(CREATE, { input: { name: '' } }).toPromise();
seen.urqlRefused = refused.error ? String(refused.error) : refused.data.createTeam.__typename;
seen.urqlBad = String((await urql.query(gql`{ nope }`, {}).toPromise()).error);

const apollo = new ApolloClient({ link: new HttpLink({ uri: url, fetch, headers }), cache: new InMemoryCache() });
const TEAMS = gql`query ($first: Int) { teams(first: $first) { edges { node { id name } } pageInfo { hasNextPage } } }`;
const teams = await apollo.query({ query: TEAMS, variables: { first: 5 } });
seen.apollo = teams.data.teams.edges.map((edge) => edge.node.name);
const bad = await apollo.query({ query: gql`{ nope }`, errorPolicy: 'all' }).catch((error) => ({ error }));
seen.apolloBad = String(bad.error);

const me = await apollo.query({ query: gql`{ people(first: 1) { edges { node { id } } } }` });
const managerId = me.data.people.edges[0].node.id;
const socket = (params) => createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: params, lazy: true });
const client = socket({ authorization: headers.authorization });
const live = client.iterate({ query: 'subscription ($id: ID!) { scorecardChanged(managerId: $id) { process { edges { node { kpi } } } } }', variables: { id: managerId } });
seen.graphqlWs = await Promise.race([live.next().then((r) => `ended: ${JSON.stringify(r)}`), new Promise((done) => setTimeout(done, 1500, 'open'))]).catch((e) => `refused: ${e.reason ?? JSON.stringify(e)}`);
await live.return();
try { for await (const _ of client.iterate({ query: 'subscription { nope }' })); seen.wsBad = 'accepted'; } catch (error) { seen.wsBad = Array.isArray(error) ? error[0].message : String(error.reason ?? error); }
await client.dispose();
const stranger = socket({ authorization: 'Bearer tl_nobody' });
try { for await (const _ of stranger.iterate({ query: 'subscription { scorecardChanged { process { edges { node { kpi } } } } }' })); seen.wsStranger = 'accepted'; } catch (error) { seen.wsStranger = error.code ?? String(error); }
console.log(JSON.stringify(seen));
process.exit(0);
