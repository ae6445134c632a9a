// One connection per key: queries over HTTP, subscriptions over graphql-transport-ws, one cache that both write to.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { ServerError } from "@apollo/client/errors";
import { ErrorLink } from "@apollo/client/link/error";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

const HEARTBEAT = 15_000;
const REFUSED = 4403;
/** Milliseconds after an acknowledgement: to see at once what was missed, and when subscriptions certainly stand. */
const CATCH_UP = [0, 5_000];

export type LiveState = "connecting" | "live" | "reconnecting";

export interface Connection {
  readonly client: ApolloClient;
  readonly live: { subscribe(listener: () => void): () => void; state(): LiveState };
  close(): void;
}

/** `token` is asked for each time, so that a renewed one is used from the next request and reconnection on. */
export function connect(token: () => string, onSignedOut: () => void): Connection {
  const live = liveState();
  const authorization = () => `Bearer ${token()}`;

  const socket = createClient({
    url: new URL("/graphql", location.href.replace(/^http/, "ws")).href,
    connectionParams: () => ({ authorization: authorization() }),
    keepAlive: HEARTBEAT,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    on: {
      connected: () => {
        live.set("live");
        // What happened before the subscriptions stood is not told: ask again for all that is on the page.
        for (const wait of CATCH_UP) setTimeout(() => void client.refetchQueries({ include: "active" }), wait);
      },
      closed: (event) => {
        live.set("reconnecting");
        // The token has ended, or what it may do has changed: an answer over HTTP tells which.
        if ((event as CloseEvent).code === REFUSED) void client.refetchQueries({ include: "active" });
      },
    },
  });

  const signedOut = new ErrorLink(({ error }) => {
    if (ServerError.is(error) && error.statusCode === 401) onSignedOut();
  });
  const signed = new ApolloLink((operation, forward) => {
    operation.setContext({ headers: { authorization: authorization() } });
    return forward(operation);
  });
  const http = ApolloLink.from([signedOut, signed, new HttpLink({ uri: "/graphql", credentials: "omit" })]);
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      http,
    ),
    // Ids are global, so a snapshot that a subscription brings lands where a query has put it before.
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { people: relayStylePagination(["managerId", "role", "sort"]) } } },
    }),
  });

  return {
    client,
    live,
    close: () => {
      void socket.dispose();
      client.stop();
    },
  };
}

function liveState() {
  let now: LiveState = "connecting";
  const listeners = new Set<() => void>();
  return {
    state: () => now,
    set: (next: LiveState) => {
      now = next;
      listeners.forEach((listener) => listener());
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
