/**
 * @param {string} text e.g. "v3.259.0", "22.18.0-nightly"
 * @returns {[number, number, number] | undefined} major, minor and patch, or nothing when the text is no version
 */
function parse(text) {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim());
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

/**
 * Whether `found` is at least `minimum`. Pre-releases count as the version they lead to.
 * @param {string} found
 * @param {string} minimum
 */
export function isAtLeast(found, minimum) {
  const [have, want] = [parse(found), parse(minimum)];
  if (!have || !want) return false;
  const [major, minor, patch] = have.map((part, index) => part - Number(want[index]));
  return (major || minor || patch || 0) >= 0;
}

/**
 * Whether a Pulumi CLI of version `found` may serve a program written against SDK version `sdk`: it is not older than
 * the SDK (the CLI the project is tested with) and of the same major version (Pulumi's own rule).
 * @param {string} found
 * @param {string} sdk
 */
export function cliFitsSdk(found, sdk) {
  return isAtLeast(found, sdk) && parse(found)?.[0] === parse(sdk)?.[0];
}
