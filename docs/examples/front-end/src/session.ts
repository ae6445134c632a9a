// The reader's key: from the fragment of the address, which no server sees, or typed in; kept in this tab only.
const KEPT = "touchline.key";

export function keyOfTab(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given !== null) {
    keep(given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEPT);
}

export const keep = (key: string) => sessionStorage.setItem(KEPT, key);
export const forget = () => sessionStorage.removeItem(KEPT);
