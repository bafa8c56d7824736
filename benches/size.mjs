// What a browser loads: the first page, and each part that is fetched when somebody goes there. Sizes as the server sends
// them to browsers that take brotli (quality 9 here; the server's own may differ by a few per cent), in kB of 1,000 bytes.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const pkg = join('target', 'site', 'pkg');
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const sent = (name) => brotliCompressSync(readFileSync(join(pkg, name)), QUALITY).length;
const kB = (bytes) => (bytes / 1000).toFixed(0).padStart(6);

const manifest = JSON.parse(readFileSync(join(pkg, '__wasm_split_manifest.json'), 'utf8'));
const first = readdirSync(pkg).filter((name) => /^(winback.*\.(wasm|js|css)|__wasm_split\..*\.js)$/.test(name));
const sizes = { 'first load': { files: first.length, bytes: first.reduce((sum, name) => sum + sent(name), 0) } };
for (const [part, chunks] of Object.entries(manifest)) {
  sizes[part] = { files: chunks.length, bytes: chunks.reduce((sum, chunk) => sum + sent(`${chunk}.wasm`), 0) };
}
console.log('    kB  files');
for (const [name, { files, bytes }] of Object.entries(sizes)) console.log(kB(bytes), String(files).padStart(6), '', name);
mkdirSync(join('target', 'bench'), { recursive: true });
writeFileSync(join('target', 'bench', 'size.json'), `${JSON.stringify(sizes, null, 2)}\n`);
