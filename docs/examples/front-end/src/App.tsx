// Sign-in, the live state, and whose team is shown.
import { ApolloProvider, useQuery } from "@apollo/client/react";
import { type FormEvent, useState, useSyncExternalStore } from "react";

import { Board } from "./Board";
import { type Connection, connect } from "./connection";
import { graphql } from "./gql";
import type { Period } from "./gql/graphql";
import { forget, keep, keyOfTab } from "./session";

const WHO = graphql(`
  query Who {
    me { id person { id name } organization { id name timeZone currency } }
    people(role: MANAGER, first: 200, sort: [NAME]) { edges { node { id name } } }
  }
`);

const PERIODS: readonly [Period, string][] = [["WEEK", "Week"], ["MONTH", "Month"], ["QUARTER", "Quarter"]];

export function App() {
  const [message, say] = useState<string | null>(null);
  const open = (key: string) => connect(() => key, () => signOut("This key or token is not valid, or not any more."));
  const [connection, setConnection] = useState<Connection | null>(() => {
    const key = keyOfTab();
    return key === null ? null : open(key);
  });

  function signOut(why: string | null) {
    forget();
    say(why);
    setConnection((before) => {
      before?.close();
      return null;
    });
  }

  function signIn(key: string) {
    keep(key);
    say(null);
    setConnection(open(key));
  }

  if (connection === null) return <SignIn message={message} onKey={signIn} />;
  return (
    <ApolloProvider client={connection.client}>
      <SignedIn connection={connection} onSignOut={() => signOut(null)} />
    </ApolloProvider>
  );
}

function SignIn({ message, onKey }: { message: string | null; onKey: (key: string) => void }) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get("key");
    if (typeof key === "string" && key.trim() !== "") onKey(key.trim());
  }
  return (
    <main>
      {message !== null && <p className="notice" role="alert">{message}</p>}
      <form id="sign-in" onSubmit={submit}>
        <h1>Sign in</h1>
        <label htmlFor="key">API key or token</label>
        <input id="key" name="key" type="password" autoComplete="off" required />
        <button type="submit">Show the board</button>
      </form>
    </main>
  );
}

const LIVE = { connecting: "Connecting …", live: "Live", reconnecting: "Reconnecting …" } as const;

function SignedIn({ connection, onSignOut }: { connection: Connection; onSignOut: () => void }) {
  const live = useSyncExternalStore(connection.live.subscribe, connection.live.state);
  const [period, setPeriod] = useState<Period>("MONTH");
  const [chosenManager, setManager] = useState<string | null>(null);
  const { data, error } = useQuery(WHO);
  const managers = data?.people.edges.map(({ node }) => node) ?? [];
  const own = managers.find(({ id }) => id === data?.me.person?.id);
  const manager = managers.find(({ id }) => id === chosenManager) ?? own ?? managers[0];

  return (
    <>
      <header className="bar">
        <p className="brand">Touchline <span>{data?.me.organization.name}</span></p>
        <p id="live" role="status" data-state={live}>{LIVE[live]}</p>
        <button type="button" onClick={onSignOut}>Sign out</button>
      </header>
      <main>
        {error !== undefined && <p className="notice" role="alert">{error.message}</p>}
        <div className="title">
          <h1>{manager ? `${manager.name}’s team` : "Touchline"}</h1>
          <div className="choices">
            {managers.length > 1 && (
              <label>Team of <select value={manager?.id ?? ""} onChange={(event) => setManager(event.target.value)}>
                {managers.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
              </select></label>
            )}
            <fieldset>
              <legend>Period</legend>
              {PERIODS.map(([value, name]) => (
                <label key={value}>
                  <input type="radio" name="period" checked={period === value} onChange={() => setPeriod(value)} />
                  <span>{name}</span>
                </label>
              ))}
            </fieldset>
          </div>
        </div>
        {data && manager && <Board manager={manager.id} period={period} organization={data.me.organization} />}
        {data && !manager && <p className="quiet">This example shows teams, and this key sees no manager.</p>}
      </main>
    </>
  );
}
