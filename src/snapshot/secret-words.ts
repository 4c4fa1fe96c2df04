/**
 * Which names of settings are names of secrets. A word such as token makes a name secret only where nothing behind it says otherwise: the
 * seconds that a token lives, the file that it stands in, the id of a secret are none.
 */

/** Behind the secret's own word these name something about it. */
const about = new Set(
  [
    "address algorithm arn bucket config count dir duration enabled endpoint expiration expiry file filename folder format header host",
    "hop hops id ids issuer length lifetime limit limits location manager mode mount name names namespace optional path paths period",
    "policy port prefix provider ref reference refresh region required retention review role rotation scope seconds service size stdin",
    "store suffix template timeout ttl type uri url version volume",
  ]
    .join(" ")
    .split(" "),
);
/** Before `key` these make one that is no secret. */
const openKeys = new Set(
  [
    "apt authorized cache config context file foreign gpg group host hot index json keyboard kms label locale lookup map name node object",
    "partition primary public registry registration repo resource rpm row s3 sort ssh tag taint topology unique yum sort answer",
  ]
    .join(" ")
    .split(" "),
);
/** Before `key` these leave no doubt. */
const secretKeys = new Set(
  [
    "access account admin api app auth client encryption hmac license licence master private root secret service session",
    "shared signing storage webhook",
  ]
    .join(" ")
    .split(" "),
);
const passes = new Set(["bypass", "compass", "encompass", "sshpass", "surpass", "trespass", "overpass", "underpass"]);

/** How sure a name is: a password, a token (which may be counted), or perhaps a key. */
export type Strength = "sure" | "token" | "perhaps" | "none";

/** Whether a name may be that of a secret: its value decides then. */
export function isSecretKey(word: string): boolean {
  return keyStrength(word) !== "none";
}

/** What a name says of its value. */
export function keyStrength(word: string): Strength {
  // Names of secrets have words in them; long texts have not.
  if (word.length > 200 || word.length < 2) return "none";
  const parts = word
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, "$1 ")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== "");
  let strength: Strength = "none";
  for (const [i, part] of parts.entries()) {
    if (about.has(part) && strength !== "none") return "none";
    const own = strengthOf(part, parts[i - 1]);
    if (own !== "none") strength = own;
  }
  return strength;
}

function strengthOf(part: string, before: string | undefined): Strength {
  if (/(?:password|passwd|passphrase|passwort|secret|credential)s?$/.test(part)) return "sure";
  if (part === "pass" || part === "pwd" || part === "pw" || (part.endsWith("pass") && !passes.has(part))) return "sure";
  if (/tokens?$/.test(part)) return "token";
  if (part === "sig" || part === "signature") return "perhaps";
  if (/(?:api|access|secret|private|auth|license|licence|shared|signing|encryption|account)keys?$/.test(part))
    return "sure";
  if ((part !== "key" && part !== "keys") || before === undefined || openKeys.has(before)) return "none";
  return secretKeys.has(before) ? "sure" : "perhaps";
}
