/**
 * Keeps guests out of the debug log of Pulumi's SDK, which writes down each resource that it registers, with the engine's
 * answer as it came: redeem URLs in plain, in every event log and under `--debug`. These messages are also three calls to
 * the engine for each guest, one after another. What other resources and the program itself log is left alone.
 */
import log from "@pulumi/pulumi/log/index.js";
import { packageName } from "../model/names.ts";

const ofGuests = new RegExp(`^(?:Registering|Reading|RegisterResource|ReadResource)\\b.*\\b${packageName}:index:`, "s");

const { debug } = log;
log.debug = (message, ...about) => (ofGuests.test(message) ? Promise.resolve() : debug(message, ...about));
