// Subscriptions over graphql-transport-ws: one socket, subscriptions by name, and back again after every loss.

const PROTOCOL = "graphql-transport-ws";
const HEARTBEAT = 15_000; // milliseconds between two pings
const PATIENCE = 8_000; // milliseconds until a silent connection counts as lost
const REFUSED = 4403; // the key or token has ended, or what it may do has changed
const SHORTEST = 500, LONGEST = 30_000; // milliseconds of waiting before the next try
const WEARY = 5; // tries: where the service itself has broken off, the next one waits as long as after so many
const FINAL = new Set(["forbidden", "not_found", "invalid"]); // kinds of errors that asking again does not mend

/**
 * `on.state` hears "connecting", "live" or "reconnecting"; `on.ready` is called whenever the subscriptions stand,
 * which is when to query (again): what happened before is not told. `on.refused` answers a promise of whether
 * the key is still good.
 */
export class Live {
  #key; #on; #socket = null; #wanted = new Map(); #tries = 0; #retry = 0; #beat = 0; #late = 0; #number = 0;
  #acknowledged = false; #standing = false; #ended = false;

  constructor(key, on) {
    this.#key = key;
    this.#on = on;
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#open("connecting");
  }

  /**
   * Subscribe under a name in place of what had it; with other variables it is another subscription. One that `ends`
   * is over when the service says so; where another is, something went wrong.
   */
  subscribe(name, query, variables, next, { ends = false } = {}) {
    const same = JSON.stringify([query, variables]);
    const before = this.#wanted.get(name);
    if (before?.same === same) return;
    if (before) this.unsubscribe(name);
    const wanted = { id: `${name}-${++this.#number}`, query, variables, next, same, ends, errors: null };
    this.#wanted.set(name, wanted);
    this.#start(wanted);
  }

  /** Hear no more of it. */
  unsubscribe(name) {
    const before = this.#wanted.get(name);
    if (!before) return;
    this.#wanted.delete(name);
    this.#send({ type: "complete", id: before.id });
  }

  /** End for good. */
  end() {
    this.#ended = true;
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#quiet();
    this.#socket?.close(1000);
  }

  #open(state) {
    this.#on.state(state);
    const url = new URL("/graphql", window.location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, PROTOCOL);
    this.#socket = socket;
    this.#acknowledged = false;
    socket.onopen = () => this.#send({ type: "connection_init", payload: { authorization: `Bearer ${this.#key}` } });
    socket.onmessage = (event) => socket === this.#socket && this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
  }

  #hear(message) {
    if (message.type === "connection_ack") {
      this.#acknowledged = true;
      for (const wanted of this.#wanted.values()) this.#start(wanted);
      this.#ping();
    } else if (message.type === "pong") {
      clearTimeout(this.#late);
      if (!this.#standing) this.#stands();
    } else if (message.type === "ping") {
      this.#send({ type: "pong" });
    } else {
      const [name, wanted] = [...this.#wanted].find(([, one]) => one.id === message.id) ?? [];
      if (wanted) this.#told(name, wanted, message);
    }
  }

  /** News, why there is none, or the end. What may not be seen is let go; what broke is asked for anew, after a pause. */
  #told(name, wanted, { type, payload }) {
    if (type === "next" && payload.data) return wanted.next(payload.data);
    if (type !== "complete") wanted.errors = type === "error" ? payload : payload.errors;
    if (type === "next") return;
    const isOver = wanted.errors ? wanted.errors.every(({ extensions }) => FINAL.has(extensions?.kind)) : wanted.ends;
    if (isOver) return this.#wanted.delete(name);
    wanted.errors = null;
    this.#tries = WEARY;
    this.#lost(0);
  }

  /** The pong that follows the subscriptions says that the service has read them. */
  #stands() {
    this.#standing = true;
    this.#tries = 0;
    this.#on.state("live");
    this.#on.ready();
    this.#beat = setInterval(() => this.#ping(), HEARTBEAT);
  }

  #start({ id, query, variables }) {
    if (this.#acknowledged) this.#send({ type: "subscribe", id, payload: { query, variables } });
  }

  #ping() {
    this.#send({ type: "ping" });
    this.#late = setTimeout(() => this.#lost(0), PATIENCE);
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  async #lost(code) {
    this.#quiet();
    this.#standing = false;
    this.#socket.close();
    const none = { readyState: WebSocket.CLOSED, close: () => {} };
    this.#socket = none;
    if (this.#ended) return;
    this.#on.state("reconnecting");
    if (code === REFUSED && !(await this.#on.refused())) return;
    const wait = Math.min(LONGEST, SHORTEST * 2 ** this.#tries++) * (0.5 + Math.random() / 2);
    if (!this.#ended && this.#socket === none) this.#retry = setTimeout(() => this.#open("reconnecting"), wait);
  }

  /** The network is back, or somebody looks: do not wait out the pause. */
  #wake = () => {
    if (document.visibilityState !== "visible" || this.#socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#retry);
    this.#open("reconnecting");
  };

  #quiet() {
    clearTimeout(this.#retry);
    clearTimeout(this.#late);
    clearInterval(this.#beat);
  }
}
