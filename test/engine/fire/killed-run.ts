import { once } from "node:events";
import type { LoggedRequest } from "../../../tenant/index.ts";
import { openStack, type ThrowAwayStack } from "../throw-away-stack.ts";

/** When a run is killed: right before the tenant acts on its n-th request, or right after, before the answer leaves. */
export interface Moment {
  /** Counted from 1 among the requests that `of` names; the requests inside a batch are a part of it. */
  request: number;
  /** All requests unless given; `writes` are those that change something in the directory. */
  of?: keyof typeof counted;
  at: "arrived" | "done";
}

const counted = {
  requests: () => true,
  writes: ({ method, path }: Readonly<LoggedRequest>) =>
    method !== "GET" && path.startsWith("/v1.0/") && !path.endsWith("/$batch"),
  drafts: ({ method, path }: Readonly<LoggedRequest>) => method === "POST" && path.endsWith("/messages"),
  sendings: ({ method, path }: Readonly<LoggedRequest>) => method === "POST" && path.endsWith("/send"),
};

/** A stack whose runs can be killed at a chosen moment. */
export interface KillableStack {
  stack: ThrowAwayStack;
  /**
   * Runs `pulumi` to its end.
   *
   * @returns the requests that it made
   * @throws Error with its output where it fails
   */
  run(args: string[], environment?: Record<string, string>): Promise<LoggedRequest[]>;
  /**
   * Runs `pulumi` and kills its process group with SIGKILL at the moment.
   *
   * @returns whether the run came so far; otherwise it ended by itself
   */
  runAndKill(args: string[], moment: Moment, environment?: Record<string, string>): Promise<boolean>;
  /** Runs `pulumi` and presses Ctrl+C at the moment: the run ends in its own order. */
  runAndInterrupt(args: string[], moment: Moment): Promise<void>;
  close(): Promise<void>;
}

export async function openKillableStack(): Promise<KillableStack> {
  let onRequest: (request: Readonly<LoggedRequest>, at: Moment["at"]) => void | Promise<void> = () => {};
  const stack = await openStack({ onRequest: (request, at) => onRequest(request, at) });

  return {
    stack,
    async run(args, environment) {
      const made: LoggedRequest[] = [];
      onRequest = (request, at) => {
        if (at === "arrived" && request.batch === undefined) made.push(request);
      };
      const pulumi = stack.startPulumi(args, environment);
      const output: Buffer[] = [];
      pulumi.stdout?.on("data", (bytes) => output.push(bytes));
      pulumi.stderr?.on("data", (bytes) => output.push(bytes));
      const [code] = await once(pulumi, "close");
      if (code !== 0)
        throw new Error(`pulumi ${args.join(" ")} failed:\n${Buffer.concat(output)}\n${lastRequests(stack)}`);
      return made;
    },
    async runAndKill(args, moment, environment) {
      const pulumi = stack.startPulumi(args, environment);
      pulumi.stdout?.resume();
      pulumi.stderr?.resume();
      const ended = once(pulumi, "exit");
      const numbers: number[] = [];
      let isKilled = false;
      const counts = counted[moment.of ?? "requests"];
      onRequest = async (request, at) => {
        const { number, batch } = request;
        if (batch !== undefined || isKilled || !counts(request)) return;
        if (at === "arrived") numbers.push(number);
        if (at !== moment.at || numbers.indexOf(number) !== moment.request - 1) return;
        isKilled = true;
        process.kill(-(pulumi.pid as number), "SIGKILL");
        await ended;
        throw new Error("Nobody is left to answer.");
      };
      await ended;
      return isKilled;
    },
    async runAndInterrupt(args, moment) {
      const pulumi = stack.startPulumi(args);
      pulumi.stdout?.resume();
      pulumi.stderr?.resume();
      let arrived = 0;
      const counts = counted[moment.of ?? "requests"];
      onRequest = (request, at) => {
        if (request.batch !== undefined || !counts(request)) return;
        if (at === "arrived") arrived += 1;
        if (at === moment.at && arrived === moment.request) pulumi.kill("SIGINT");
      };
      const [code] = await once(pulumi, "exit");
      if (code === 0) throw new Error("The run went through as if nobody had interrupted it.");
    },
    close: () => stack.close(),
  };
}

/** What the tenant was asked last, by this run and by what a killed one left running. */
function lastRequests({ tenant }: ThrowAwayStack): string {
  const lines = tenant
    .requests()
    .slice(-60)
    .map(({ at, method, path, status, number, batch }) => {
      const part = batch === undefined ? "" : ` in ${batch}`;
      return `${at} ${number}${part} ${method} ${path.split("?")[0]} ${status ?? ""}`;
    });
  return `The last requests:\n${lines.join("\n")}`;
}
