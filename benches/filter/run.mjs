// Filters in a browser: the engine beside crossfilter2 and a plain scan, in one page. Started by `make bench-filter`.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const require = createRequire(join(root, 'end2end', 'package.json'));
const { chromium } = require('@playwright/test');
const SIZES = (process.env.FILTER_SIZES ?? '100000,1000000').split(',').map(Number);
const target = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'filter-bench');
const pkg = join(target, 'pkg');

function build() {
  const cargo = ['build', '--quiet', '--release', '--target', 'wasm32-unknown-unknown', '--manifest-path', join(here, 'Cargo.toml')];
  execFileSync('cargo', cargo, { stdio: 'inherit', env: { ...process.env, CARGO_TARGET_DIR: target } });
  const wasm = join(target, 'wasm32-unknown-unknown', 'release', 'filter_bench.wasm');
  execFileSync('wasm-bindgen', ['--target', 'web', '--no-typescript', '--out-dir', pkg, wasm], { stdio: 'inherit' });
}

const KINDS = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };

function fileOf(path) {
  if (path === '/crossfilter.js') return join(root, 'end2end', 'node_modules', 'crossfilter2', 'crossfilter.min.js');
  if (path.startsWith('/pkg/')) return join(pkg, path.slice(5));
  return join(here, path === '/' ? 'page.html' : path.slice(1));
}

/** Isolated, so that the clock is fine and memory can be measured. */
function serve() {
  const server = createServer((request, response) => {
    const file = fileOf(new URL(request.url, 'http://localhost').pathname);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': KINDS[extname(file)] ?? 'application/octet-stream',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(readFileSync(file));
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

const QUIET = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

async function measured() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || undefined, args: QUIET });
  try {
    const results = [];
    for (const rows of SIZES) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.on('pageerror', (error) => console.error(error));
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => globalThis.isReady);
      results.push(await page.evaluate((rows) => globalThis.measure(rows), rows));
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
    server.close();
  }
}

build();
const results = await measured();
const [small, large] = [results[0], results.at(-1)];
const figures = [];
const tell = (name, value, unit, better, target, reference) => figures.push({ name, value, unit, better, target, reference });
const named = (rows) => (rows >= 1_000_000 ? `${rows / 1_000_000}m` : `${rows / 1000}k`);
for (const { rows, ready, memory, touched, jumped, painted } of results) {
  const size = named(rows);
  const touches = Object.values(touched).map(({ ours, theirs }) => theirs / ours);
  tell(`touch_${size}`, Math.min(...touches), '×', 'higher', 500, 'crossfilter2: the least of toggle, brush and rep');
  for (const [scene, { ours, theirs }] of Object.entries(touched)) {
    tell(`${scene}_${size}`, ours * 1000, 'µs', 'lower', null, `crossfilter2 ${theirs.toFixed(2)} ms`);
  }
  tell(`jump_${size}`, jumped.theirs / jumped.ours, '×', 'higher', 10, `crossfilter2 ${jumped.theirs.toFixed(1)} ms, ours ${jumped.ours.toFixed(2)} ms`);
  tell(`jump_p95_${size}`, jumped.theirs95 / jumped.ours95, '×', 'higher', 10, `crossfilter2 ${jumped.theirs95.toFixed(1)} ms, ours ${jumped.ours95.toFixed(2)} ms`);
  tell(`jump_vs_scan_${size}`, jumped.ours / jumped.scan, '×', 'lower', 0.7, `plain scan ${jumped.scan.toFixed(2)} ms`);
  tell(`jump_prepared_${size}`, jumped.prepared * 1000, 'µs', 'lower', null, 'the click alone, the pass done before');
  tell(`ready_${size}`, ready.theirs / ready.ours, '×', 'higher', 50, `crossfilter2 ${ready.theirs.toFixed(0)} ms, ours ${ready.ours.toFixed(1)} ms`);
  tell(`memory_${size}`, memory.ours / memory.theirs, '×', 'lower', 0.25, `crossfilter2 ${(memory.theirs / 1e6).toFixed(0)} MB, ours ${(memory.ours / 1e6).toFixed(0)} MB`);
  tell(`frame_${size}`, painted.inFrame, 'share', 'higher', 0.95, `median ${painted.median.toFixed(1)} ms`);
}
const cost = ({ touched }) => Object.values(touched).map(({ ours }) => ours);
const growth = Math.max(...cost(large).map((ours, place) => ours / cost(small)[place]));
tell('touch_growth', growth, '×', 'lower', 1.5, `${named(large.rows)} against ${named(small.rows)}`);

for (const { name, value, unit, better, target, reference } of figures) {
  const met = target === null ? ' ' : (better === 'higher' ? value >= target : value <= target) ? '✓' : '✗';
  const goal = target === null ? '' : `${better === 'higher' ? '≥' : '≤'} ${target}`;
  console.log(name.padEnd(20), value.toPrecision(4).padStart(9), unit.padEnd(6), goal.padEnd(8), met, '', reference);
}
mkdirSync(join(root, 'target', 'bench'), { recursive: true });
writeFileSync(join(root, 'target', 'bench', 'filter.json'), `${JSON.stringify({ figures }, null, 2)}\n`);
