/** How the scripts of the pipelines end. The same numbers mean the same in each of them; docs/pipelines.md has the table. */
export const exitStatus = {
  /** Done, and nothing is left to look at. */
  fine: 0,
  /** Pulumi failed: a wrong guest list, a guard that refused, a tenant or a backend that did not answer. */
  failed: 1,
  /** The command line is wrong; nothing was run. */
  usage: 2,
  /** A mandatory policy is broken. Nothing was sent. */
  policy: 3,
  /** The tenant differs from the list, and somebody has to decide. */
  drift: 4,
  /** The script refused to apply this checkout. Nothing was sent. */
  refused: 5,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** An end that has a status of its own and needs no stack trace. */
export class Stop extends Error {
  readonly status: ExitStatus;

  constructor(message: string, status: ExitStatus) {
    super(message);
    this.status = status;
  }
}

/** Runs a script and turns its end into the exit status of the process. */
export async function endWith(main: () => ExitStatus | Promise<ExitStatus>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = error instanceof Stop ? error.status : exitStatus.failed;
    console.error(error instanceof Stop ? error.message : error);
  }
}
