// A page says in `KEYS` what its address can hold, in the order in which it is written.

/** What the address says. */
function address() {
  const written = new URLSearchParams(location.hash.replace(/^#\/?/, ""));
  return Object.fromEntries(KEYS.filter((key) => written.get(key)).map((key) => [key, written.get(key)]));
}

/** The address that says this. The stroke tells it from the name of an element. */
function addressOf(said) {
  const written = new URLSearchParams(KEYS.filter((key) => said[key]).map((key) => [key, said[key]]));
  return `#/${written}`;
}

const followers = [];

/** Has something done now and whenever the address changes. */
function follow(follower) {
  followers.push(follower);
  follower(address());
}

const changed = () => followers.forEach((follower) => follower(address()));

/** Goes to the address with some of it said otherwise. A step can be taken back by the browser's own button. */
function go(changes, step = true) {
  const to = addressOf({ ...address(), ...changes });
  if (to === location.hash || (to === "#/" && location.hash === "")) return;
  if (step) history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  changed();
}
