/**
 * Makes many resources without the stack traces that Pulumi's SDK keeps of them.
 *
 * The SDK notes one for each of the four promises behind every output, about a hundred a guest; for 1,000 guests that
 * is half of the program's time. They are shown only under `PULUMI_DEBUG_PROMISE_LEAKS`, and are kept when it is set.
 * Nothing of the caller's own should run inside: its errors would lack their traces, too.
 *
 * @param make makes the resources, synchronously
 * @returns what `make` returns
 */
export function withoutStackTraces<Result>(make: () => Result): Result {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return make();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
