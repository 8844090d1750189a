// npm stop: stops the local tenant that `npm start` (or `npm run pulumi`) left running in the background.
import { stopTenant } from "./tenant-process.ts";

try {
  const stopped = await stopTenant();
  console.log(
    stopped
      ? `Stopped the local tenant (process ${stopped.pid}, port ${stopped.port}). Its guests are kept for the next start.`
      : "The local tenant is not running.",
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
