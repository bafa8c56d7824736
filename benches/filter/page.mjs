// The same facts and the same changes for the engine, for crossfilter2 and for a plain scan, in one page.
import init, { Charts } from '/pkg/filter_bench.js';
import '/crossfilter.js';

const SIZES = [6, 8, 50, 12, 5, 36, 20];
/** What people touch: reasons, months, reps. */
const REASON = 3, MONTH = 5, REP = 2;

const wasm = await init();
const pause = () => new Promise((done) => setTimeout(done, 0));
const sorted = (times) => [...times].sort((a, b) => a - b);
const median = (times) => sorted(times)[times.length >> 1];
const p95 = (times) => sorted(times)[Math.min(times.length - 1, Math.floor(times.length * 0.95))];

/** The same numbers in every run. */
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Columns of codes, some much more frequent than others, as reasons and sources are. */
function facts(rows) {
  const roll = dice(rows);
  return SIZES.map((size) => {
    const column = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) column[row] = Math.floor(size * roll() ** 1.6);
    return column;
  });
}

/** The columns as they come from the server: crates/engine/src/wire.rs. */
function encoded(columns, rows) {
  const head = (size) => new Uint8Array(new Uint32Array([size]).buffer);
  const parts = [new TextEncoder().encode('WBF1'), head(rows), new Uint8Array([columns.length, 0])];
  columns.forEach((column, place) => parts.push(head(SIZES[place]), column));
  // Leads are numbered on, nothing is marked, and everything is worth the same as the one before.
  parts.push(new Uint8Array(rows).fill(2), new Uint8Array(rows), new Uint8Array(rows));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A plain scan: who fails one clause counts for that chart only. */
class Scan {
  constructor(columns) {
    this.columns = columns;
    this.passes = SIZES.map((size) => new Uint8Array(size).fill(1));
    this.groups = SIZES.map((size) => new Uint32Array(size));
  }
  only(dimension, codes) {
    this.passes[dimension].fill(codes.length ? 0 : 1);
    for (const code of codes) this.passes[dimension][code] = 1;
  }
  count() {
    const [a, b, c, d, e, f, g] = this.columns;
    const [pa, pb, pc, pd, pe, pf, pg] = this.passes;
    const [ga, gb, gc, gd, ge, gf, gg] = this.groups;
    for (const group of this.groups) group.fill(0);
    for (let row = 0; row < a.length; row++) {
      const ia = a[row], ib = b[row], ic = c[row], id = d[row], ie = e[row], ig = f[row], ih = g[row];
      const passed = pa[ia] + pb[ib] + pc[ic] + pd[id] + pe[ie] + pf[ig] + pg[ih];
      if (passed === 7) {
        ga[ia]++; gb[ib]++; gc[ic]++; gd[id]++; ge[ie]++; gf[ig]++; gg[ih]++;
      } else if (passed === 6) {
        if (!pa[ia]) ga[ia]++;
        else if (!pb[ib]) gb[ib]++;
        else if (!pc[ic]) gc[ic]++;
        else if (!pd[id]) gd[id]++;
        else if (!pe[ie]) ge[ie]++;
        else if (!pf[ig]) gf[ig]++;
        else gg[ih]++;
      }
    }
  }
  group(dimension) {
    return this.groups[dimension];
  }
}

const NAMES = ['fate', 'stage', 'rep', 'reason', 'kind', 'month', 'source'];

/** Records as crossfilter2 takes them, and as JSON would bring them. */
const records = (columns, rows) =>
  Array.from({ length: rows }, (_, row) => Object.fromEntries(NAMES.map((name, place) => [name, columns[place][row]])));

/** crossfilter2 as its documentation shows it: a dimension and a group per chart. */
class Peer {
  constructor(records) {
    const index = globalThis.crossfilter(records);
    this.dimensions = NAMES.map((name) => index.dimension((record) => record[name]));
    this.groups = this.dimensions.map((dimension) => dimension.group());
    this.count();
  }
  only(dimension, codes) {
    if (codes.length === 0) this.dimensions[dimension].filterAll();
    else if (codes.length === 1) this.dimensions[dimension].filterExact(codes[0]);
    else this.dimensions[dimension].filterFunction((code) => codes.includes(code));
  }
  between(dimension, first, last) {
    this.dimensions[dimension].filterRange([first, last + 1]);
  }
  count() {
    for (const group of this.groups) group.all();
  }
  group(dimension) {
    const counts = new Uint32Array(SIZES[dimension]);
    for (const { key, value } of this.groups[dimension].all()) counts[key] = value;
    return counts;
  }
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** All count the same after the same changes, or nothing here means anything. */
function agree(charts, others, what) {
  for (let dimension = 0; dimension < SIZES.length; dimension++) {
    const expected = charts.group(dimension).join();
    for (const other of others) {
      if (other.group(dimension).join() !== expected) throw new Error(`${what}: chart ${dimension} differs`);
    }
  }
}

function clear(one) {
  for (let dimension = 0; dimension < SIZES.length; dimension++) one.only(dimension, []);
  one.count();
}

/** What changes in the chart in hand cost, per change. */
function touches(charts, peer) {
  const times = 2000;
  const result = {};
  const scenes = [
    ['toggle', REASON, [], (charts, times) => charts.toggle(REASON, SIZES[REASON], times)],
    ['brush', MONTH, [], (charts, times) => charts.brush(MONTH, SIZES[MONTH], times)],
    ['rep', REP, [[REASON, [0, 1]], [MONTH, [3, 4, 5, 6]]], (charts, times) => charts.toggle(REP, SIZES[REP], times)],
  ];
  for (const [name, dimension, before, run] of scenes) {
    for (const one of [charts, peer]) {
      clear(one);
      for (const [other, codes] of before) one.only(other, codes);
      one.count();
    }
    charts.take_up(dimension);
    run(charts, 100);
    const size = SIZES[dimension];
    const [ours, theirs] = [[], []];
    // In turn, so that what else the machine does meets both.
    for (let time = 0; time < 24; time++) {
      ours.push(timed(() => run(charts, times)) / times);
      const code = time % size;
      theirs.push(timed(() => {
        if (name === 'brush') peer.between(dimension, 0, code);
        else peer.only(dimension, time % 2 === 0 ? [code] : [code, (code + 1) % size]);
        peer.count();
      }));
    }
    result[name] = { ours: median(ours), theirs: median(theirs) };
  }
  clear(charts);
  clear(peer);
  return result;
}

/** Going to another chart and choosing a bar there, while up to two others keep their filters. */
async function jumps(charts, peer, scan) {
  const roll = dice(7);
  const [ours, prepared, theirs, scans] = [[], [], [], []];
  const kept = [];
  let before = -1;
  for (let jump = 0; jump < 40; jump++) {
    let dimension = Math.floor(roll() * SIZES.length);
    if (dimension === before) dimension = (dimension + 1) % SIZES.length;
    before = dimension;
    const codes = [Math.floor(SIZES[dimension] * roll())];
    if (kept.includes(dimension)) kept.splice(kept.indexOf(dimension), 1);
    kept.push(dimension);
    const gone = kept.length > 3 ? kept.shift() : undefined;
    for (const one of [charts, peer, scan]) {
      if (gone !== undefined) one.only(gone, []);
      one.count();
    }
    const pass = timed(() => charts.take_up(dimension));
    const click = timed(() => {
      charts.only(dimension, codes);
      charts.count();
    });
    ours.push(pass + click);
    prepared.push(click);
    theirs.push(timed(() => {
      peer.only(dimension, codes);
      peer.count();
    }));
    scans.push(timed(() => {
      scan.only(dimension, codes);
      scan.count();
    }));
    agree(charts, [peer, scan], `jump ${jump}`);
    await pause();
  }
  return { ours, prepared, theirs, scans };
}

/** From input to painted charts: bars of HTML, as the application draws them. */
async function frames(charts) {
  const room = document.getElementById('charts');
  room.innerHTML = SIZES.map((size) => `<ul>${'<li><span></span><i></i><b></b></li>'.repeat(size)}</ul>`).join('');
  const bars = [...room.children].map((list) => [...list.children].map((bar) => [bar.children[1], bar.children[2]]));
  const paint = () => {
    for (let dimension = 0; dimension < SIZES.length; dimension++) {
      const counts = charts.group(dimension);
      const top = Math.max(1, ...counts);
      counts.forEach((count, place) => {
        bars[dimension][place][0].style.inlineSize = `${(count / top) * 100}%`;
        bars[dimension][place][1].textContent = count;
      });
    }
  };
  // Browsers hand a pointer's moves out at the beginning of a frame; what is done there is painted with that frame.
  const next = () => new Promise((done) => requestAnimationFrame(done));
  const painted = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    // A message of this frame is handled after it was painted.
    port2.postMessage(0);
  });
  charts.take_up(MONTH);
  paint();
  const times = [];
  for (let change = 0; change < 100; change++) {
    await next();
    const start = performance.now();
    charts.between(MONTH, change % 12, (change % 12) + 12);
    charts.count();
    paint();
    await painted();
    times.push(performance.now() - start);
  }
  room.innerHTML = '';
  clear(charts);
  return times;
}

async function memory() {
  return (await performance.measureUserAgentSpecificMemory()).bytes;
}

/** Everything at one size. */
async function measure(rows) {
  const columns = facts(rows);
  const bytes = encoded(columns, rows);
  const readies = [];
  let charts;
  for (let round = 0; round < 5; round++) {
    charts?.free();
    readies.push(timed(() => { charts = Charts.open(bytes); }));
    await pause();
  }
  const ourMemory = wasm.memory.buffer.byteLength;
  const without = await memory();
  let peer;
  const known = records(columns, rows);
  const index = timed(() => { peer = new Peer(known); });
  const theirMemory = (await memory()) - without;
  const scan = new Scan(columns);
  scan.count();
  agree(charts, [peer, scan], 'at first');
  const touched = touches(charts, peer);
  const jumped = await jumps(charts, peer, scan);
  clear(charts);
  const painted = await frames(charts);
  charts.free();
  return {
    rows,
    ready: { ours: median(readies), theirs: index },
    memory: { ours: ourMemory, theirs: theirMemory },
    touched,
    jumped: {
      ours: median(jumped.ours), ours95: p95(jumped.ours), prepared: median(jumped.prepared),
      theirs: median(jumped.theirs), theirs95: p95(jumped.theirs), scan: median(jumped.scans),
    },
    painted: { median: median(painted), inFrame: painted.filter((time) => time <= 1000 / 60).length / painted.length },
  };
}

globalThis.measure = measure;
globalThis.isReady = true;
