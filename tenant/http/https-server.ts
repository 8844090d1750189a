// First: the certificate library looks for it as soon as it is loaded.
import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1000;
/** Apple's limit for a server certificate is 825 days, for one signed by a known authority 398. */
const serverLifetime = 397 * day;
const authorityLifetime = 3650 * day;
/** A certificate with less than this left is made anew at the next start. */
const renewBefore = 30 * day;

/** The files and the key pair that the HTTPS server needs. */
export interface ServerCertificate {
  /** The server's private key and its certificate chain, PEM. */
  key: string;
  cert: string;
  /** The file with the tenant's own authority: for `NODE_EXTRA_CA_CERTS`. */
  caFile: string;
  /** The authority and the public ones together: for `SSL_CERT_FILE`, which replaces what a Go program trusts. */
  bundleFile: string;
}

/**
 * The certificate for 127.0.0.1 and localhost, from the data folder or made now.
 *
 * The authority is this data folder's own and its key never leaves it, so trusting it trusts nobody else.
 *
 * @param dataDir the tenant's data folder
 * @param now the time against which the validity is judged
 */
export async function serverCertificate(dataDir: string, now: Date): Promise<ServerCertificate> {
  const folder = join(dataDir, "certificates");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(folder, name);

  if (!isGood(file("ca.crt"), now)) {
    const authority = await makeAuthority(now);
    save(file("ca.key"), authority.key);
    save(file("ca.crt"), authority.cert);
    await makeServer(file, now);
  } else if (!isGood(file("server.crt"), now)) {
    await makeServer(file, now);
  }
  const ca = readFileSync(file("ca.crt"), "utf8");
  save(file("bundle.crt"), [ca, ...rootCertificates].map((pem) => `${pem.trim()}\n`).join(""));
  return {
    key: readFileSync(file("server.key"), "utf8"),
    cert: readFileSync(file("server.crt"), "utf8"),
    caFile: file("ca.crt"),
    bundleFile: file("bundle.crt"),
  };
}

function isGood(path: string, now: Date): boolean {
  if (!existsSync(path) || !existsSync(path.replace(/\.crt$/, ".key"))) return false;
  const { notBefore, notAfter } = new x509.X509Certificate(readFileSync(path, "utf8"));
  return notBefore <= now && notAfter.getTime() - now.getTime() > renewBefore;
}

async function makeAuthority(now: Date): Promise<{ key: string; cert: string }> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=Local tenant authority (127.0.0.1 only)",
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + authorityLifetime),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await exportKey(keys.privateKey), cert: certificate.toString("pem") };
}

async function makeServer(file: (name: string) => string, now: Date): Promise<void> {
  const authority = new x509.X509Certificate(readFileSync(file("ca.crt"), "utf8"));
  const authorityKey = await importKey(readFileSync(file("ca.key"), "utf8"));
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=localhost",
    issuer: authority.subject,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + serverLifetime),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  save(file("server.key"), await exportKey(keys.privateKey));
  save(file("server.crt"), certificate.toString("pem"));
}

/** 16 random octets, the first one kept below 0x80 so that the number is positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x01;
  return Buffer.from(octets).toString("hex");
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(pem), algorithm, false, ["sign"]);
}

function save(path: string, text: string): void {
  writeFileSync(path, text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
}

/** Longer than the clients' pools keep an idle connection, so that none is closed just as a request is written. */
const keepAliveMs = 75_000;

/**
 * Listens on 127.0.0.1 only. Whoever calls this adds the listener for requests at once, before anything else is awaited.
 *
 * @param port 0 for a free one
 * @throws where the port is taken, with what to do about it
 */
export async function listen({ key, cert }: ServerCertificate, port: number): Promise<Server> {
  const server = createServer({ key, cert, keepAliveTimeout: keepAliveMs });
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new Error(
        `Port ${port} on 127.0.0.1 is in use by another program. Choose another port: TENANT_PORT=${port + 1} or --port ${port + 1} (0 takes a free one).`,
      );
    }
    if (code === "EACCES")
      throw new Error(`Port ${port} needs special rights. Choose one above 1023: TENANT_PORT or --port.`);
    throw error;
  }
  return server;
}

/** Takes no more requests and lets go of the connections that clients keep open. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
