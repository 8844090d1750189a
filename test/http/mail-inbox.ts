import { once } from "node:events";
import { connect } from "node:net";
import type { TestTenant } from "./tenant-client.ts";

/** A message as the inbox has taken and parsed it. */
export interface ReceivedMail {
  id: string;
  subject: string;
  from: { name?: string; address: string }[];
  to: { address: string }[];
  cc?: { address: string }[];
  envelope: { to: { address: string }[] };
  headers: Record<string, string>;
  text: string;
  html: string;
}

/** The messages in the inbox of a tenant, in the order in which they came. */
export async function receivedMails(tenant: Pick<TestTenant, "links">): Promise<ReceivedMail[]> {
  const answer = await fetch(`${tenant.links.inbox}/api/email`);
  return (await answer.json()) as ReceivedMail[];
}

/**
 * The messages to one address, once there are so many of them.
 *
 * @throws after five seconds, saying what is there
 */
export async function mailsTo(tenant: Pick<TestTenant, "links">, address: string, count = 1): Promise<ReceivedMail[]> {
  for (const deadline = Date.now() + 5000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const all = await receivedMails(tenant);
    const theirs = all.filter(({ envelope }) => envelope.to.some((recipient) => recipient.address === address));
    if (theirs.length >= count) return theirs;
    if (Date.now() > deadline) {
      const there = all.map(({ subject, to }) => `${subject} to ${to.map((recipient) => recipient.address)}`);
      throw new Error(`${theirs.length} of ${count} mails to ${address} arrived. In the inbox: ${there.join("; ")}`);
    }
  }
}

/** Whether somebody listens there. */
export async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
