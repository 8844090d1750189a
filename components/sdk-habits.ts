/** What Pulumi's SDK does for each guest and nobody has asked for. Whoever imports this module does without it. */
import log from "@pulumi/pulumi/log/index.js";
import debuggable from "@pulumi/pulumi/runtime/debuggable.js";
import { packageName } from "../model/names.ts";

const ofGuests = new RegExp(`^(?:Registering|Reading|RegisterResource|ReadResource)\\b.*\\b${packageName}:index:`, "s");

/*
 * The SDK writes down each resource that it registers, with the engine's answer as it came: redeem URLs in plain, in every
 * event log and under `--debug`. These messages are also three calls to the engine for each guest, one after another. What
 * other resources and the program itself log is left alone.
 */
const { debug } = log;
log.debug = (message, ...about) => (ofGuests.test(message) ? Promise.resolve() : debug(message, ...about));

/*
 * The SDK notes a stack trace of each of its promises, more than a hundred a guest, and has the lines looked up in source
 * maps: a tenth of the time that a program of 1,000 guests takes. They are shown only under `PULUMI_DEBUG_PROMISE_LEAKS`.
 */
const sdk = debuggable as { debuggablePromise?: <Value>(promise: Value, about: unknown) => Value };
const { debuggablePromise } = sdk;
if (debuggablePromise !== undefined && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  sdk.debuggablePromise = (promise, about) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, about);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}
