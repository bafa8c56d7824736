import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HOME = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = process.env.WINBACK_BIN ?? join(HOME, 'target/winback');
const SITE = process.env.LEPTOS_SITE_ROOT ?? join(HOME, 'target/site');
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** The reps of the demo team in the order in which an import spreads its leads over them. */
const REPS = ['ayse', 'burak', 'cigdem', 'emre', 'irem', 'isil', 'jan', 'omer', 'sule', 'umit'] as const;
export type Rep = (typeof REPS)[number];
export type Person = 'admin' | 'selin' | 'mert' | Rep;

export const PASSWORD = 'winback-demo';
export const addressOf = (person: Person) => `${person}@demo.winback`;

/** What a seeded lead may have; what is not said is blank. */
export type NewLead = {
  name: string;
  company?: string;
  email?: string;
  phone?: string;
  source?: string;
  product?: string;
  city?: string;
  doNotCall?: boolean;
  doNotEmail?: boolean;
};

const COLUMNS = ['Id', 'Name', 'Company', 'E-mail', 'Phone', 'Source', 'Product', 'City', 'No calls', 'No mails'];

const preset = (party: 'person' | 'company') => `
name = "browser tests, ${party}"
direction = "inbound"
party = "${party}"
blanks = [""]
yes = ["yes"]
no = ["no"]

[columns]
external_id = "Id"
name = "Name"
company = "Company"
email = "E-mail"
phone = "Phone"
source = "Source"
product = "Product"
city = "City"
do_not_call = "No calls"
do_not_email = "No mails"
`;

/** One winback of one worker: its own folder, its own PostgreSQL, its own port. */
export class Winback {
  private seeded = 0;

  private constructor(
    readonly url: string,
    private readonly folder: string,
    private running: Running,
    private readonly database: string,
  ) {}

  /** Starts one with the demo team, with the whole demo company, or with nobody in it. */
  static async start({ empty = false, filled = false } = {}): Promise<Winback> {
    const folder = await mkdtemp(join(tmpdir(), 'winback-browser-'));
    // As root the cluster runs as another account, which has to reach it.
    await chmod(folder, 0o755);
    const data = join(folder, 'data');
    if (!empty) await run(BINARY, ['demo', ...(filled ? [] : ['--team-only']), '--data', data], { env: environment() });
    const url = `http://127.0.0.1:${await freePort()}`;
    const running = await serve(url, data);
    return new Winback(url, folder, running, await databaseUrl(data));
  }

  async stop() {
    await ended(this.running.server, 'SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Ends the server as a power cut would: nothing is finished, nobody is told. With its PostgreSQL, or without. */
  async crash({ withDatabase = false } = {}) {
    const postmaster = Number((await postmasterFile(this.data))[0]);
    const gone = ended(this.running.server, 'SIGKILL');
    if (withDatabase) process.kill(postmaster, 'SIGKILL');
    await gone;
  }

  /** Starts the server again after a crash, at the same address. */
  async again() {
    this.running = await serve(this.url, this.data);
  }

  /** A second server on the same database, as behind a load balancer; stop it before this one. */
  async beside(): Promise<{ url: string; stop: () => Promise<void> }> {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { server } = await serve(url, this.data, { DATABASE_URL: this.database });
    return { url, stop: () => ended(server, 'SIGTERM') };
  }

  /** What the server wrote to its terminal. */
  log() {
    return this.running.said();
  }

  private get data() {
    return join(this.folder, 'data');
  }

  /** Imports a file through the command line; the JSON summary. */
  async import(file: string, presetName: string, ...more: string[]): Promise<Record<string, unknown>> {
    const { stdout } = await run(BINARY, ['import', file, '--preset', presetName, ...more], {
      env: { ...environment(), DATABASE_URL: this.database },
      maxBuffer: OUTPUT_LIMIT,
    });
    return JSON.parse(stdout);
  }

  /** Gives `rep` these leads, the first on top of their Open column; the other reps get as many nameless ones. */
  async give(rep: Rep, leads: NewLead[], party: 'person' | 'company' = 'person') {
    const rows = leads.flatMap((lead) =>
      REPS.map((other) => {
        const id = `B-${(this.seeded += 1)}`;
        if (other !== rep) return [id];
        const yesNo = (flag?: boolean) => (flag ? 'yes' : 'no');
        const { name, company, email, phone, source, product, city, doNotCall, doNotEmail } = lead;
        return [id, name, company, email, phone, source, product, city, yesNo(doNotCall), yesNo(doNotEmail)];
      }),
    );
    const lines = [COLUMNS, ...rows].map((row) => COLUMNS.map((_, at) => quoted(row[at] ?? '')).join(','));
    const [file, own] = [join(this.folder, 'leads.csv'), join(this.folder, `${party}.toml`)];
    await writeFile(file, `${lines.join('\n')}\n`);
    await writeFile(own, preset(party));
    await this.import(file, own);
  }

  /** What the database holds, for what no screen shows: the first column of the first row. */
  async sql(query: string): Promise<string> {
    const bin = process.env.WINBACK_POSTGRES_BIN;
    const { stdout } = await run(bin ? join(bin, 'psql') : 'psql', [this.database, '-XAtc', query], { env: environment() });
    return stdout.trim();
  }

  /** Whose the newest lead with this name is. */
  async owner(name: string): Promise<Rep> {
    const id = await this.lead(name);
    const sql = `select split_part(u.email, '@', 1) from lead l join app_user u on u.id = l.owner_id where l.id = ${id}`;
    return (await this.sql(sql)) as Rep;
  }

  /** The number of the newest lead with this name. */
  async lead(name: string): Promise<number> {
    return Number(await this.sql(`select max(id) from lead where name = '${name.replaceAll("'", "''")}'`));
  }
}

type Running = { server: ChildProcess; said: () => string };

/** Starts a server and waits until it answers. */
async function serve(url: string, data: string, more: NodeJS.ProcessEnv = {}): Promise<Running> {
  const { host } = new URL(url);
  const server = spawn(BINARY, ['serve', '--data', data, '--listen', host, '--public-url', url], {
    env: { ...environment(), ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is ours to pass on.
    detached: true,
  });
  let said = '';
  const heard = (text: Buffer) => void (said = (said + text).slice(-20_000));
  server.stdout.on('data', heard);
  server.stderr.on('data', heard);
  await answering(url, server, () => said);
  return { server, said: () => said };
}

async function ended(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL') {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, 'exit');
  server.kill(signal);
  await exit;
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Nobody's own database is touched. */
function environment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, ...rest } = process.env;
  return { ...rest, LEPTOS_OUTPUT_NAME: 'winback', LEPTOS_SITE_ROOT: SITE, LEPTOS_SITE_PKG_DIR: 'pkg', LEPTOS_ENV: 'PROD' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(url: string, server: ChildProcess, said: () => string) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`winback stopped while starting:\n${said()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  server.kill('SIGTERM');
  throw new Error(`winback did not answer at ${url}:\n${said()}`);
}

async function homeOf(data: string): Promise<string> {
  const elsewhere = await readFile(join(data, 'postgres.location'), 'utf8').catch(() => undefined);
  return elsewhere?.trim() ?? join(data, 'postgres');
}

/** What PostgreSQL writes down of itself: its process in the first line, its socket's folder in the fifth. */
async function postmasterFile(data: string): Promise<string[]> {
  return (await readFile(join(await homeOf(data), 'pgdata/postmaster.pid'), 'utf8')).split('\n');
}

/** The way to the private cluster of a running winback: its socket and its password. */
async function databaseUrl(data: string): Promise<string> {
  const home = await homeOf(data);
  const socket = (await postmasterFile(data))[4];
  const password = (await readFile(join(home, 'password'), 'utf8')).trim();
  return `postgres://winback:${encodeURIComponent(password)}@${encodeURIComponent(socket)}/winback`;
}
