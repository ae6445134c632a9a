// The reader's key: from the address the demo prints, or typed in; kept in this tab and nowhere else.

const KEPT = "touchline.key";

/** The key in the address's fragment, which no server ever sees, or that of this tab; null if there is neither. */
export function keyOfTab() {
  const given = new URLSearchParams(window.location.hash.slice(1)).get("key");
  if (given) {
    keep(given);
    // Neither the history nor a copied address holds the key from now on.
    window.history.replaceState(null, "", window.location.pathname);
  }
  return window.sessionStorage.getItem(KEPT);
}

/** Remember it for as long as the tab lasts. */
export const keep = (key) => window.sessionStorage.setItem(KEPT, key);

/** Sign out. */
export const forget = () => window.sessionStorage.removeItem(KEPT);

/** Whom the address names (`#rep=…`), or null. */
export const chosenRep = () => new URLSearchParams(window.location.hash.slice(1)).get("rep");
