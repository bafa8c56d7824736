import { addressOf, PASSWORD } from '../support/winback.ts';
import { expect, test, visit } from '../support/test.ts';

const PAGES = ['/sign-in', '/board', '/lost', '/no-such-page'];

test('every answer names what a browser may do with it', async ({ open }) => {
  const page = await open('ayse');
  for (const path of [...PAGES, '/pkg/winback.css', '/pkg/winback.js', '/favicon.svg', '/healthz']) {
    const headers = (await page.request.get(path)).headers();
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['referrer-policy'], path).toBe('same-origin');
    const policy = headers['content-security-policy'];
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toContain("frame-ancestors 'none'");
    expect(policy, path).toContain("base-uri 'none'");
  }
});

test('scripts run by a nonce that is new each time, never because they are inline', async ({ open }) => {
  const page = await open('ayse');
  for (const path of PAGES) {
    const seen = new Set<string>();
    for (const _ of [1, 2]) {
      const answer = await page.request.get(path);
      const policy = answer.headers()['content-security-policy'];
      const scripts = policy.split(';').find((part) => part.trim().startsWith('script-src')) ?? '';
      expect(scripts, path).not.toContain('unsafe-inline');
      expect(scripts, path).not.toContain("'unsafe-eval'");
      const nonce = /'nonce-([^']+)'/.exec(scripts)?.[1];
      if (!nonce) throw new Error(`${path} has no nonce: ${scripts}`);
      seen.add(nonce);
      const text = await answer.text();
      const tags = text.match(/<script\b[^>]*>/g) ?? [];
      expect(tags.length, path).toBeGreaterThan(0);
      for (const tag of tags) expect(tag, path).toContain(`nonce="${nonce}"`);
      expect(text, path).not.toMatch(/<[a-z]+\s[^>]*\son[a-z]+="/);
    }
    expect(seen.size, path).toBe(2);
  }
});

test('a script without the nonce does not run', async ({ open, watch }) => {
  watch.expect(/Content Security Policy/);
  const page = await open('ayse');
  await visit(page, '/board');
  const ran = await page.evaluate(() => {
    const holder = document.createElement('div');
    holder.setAttribute('onclick', 'window.hostile = true');
    document.body.append(holder);
    holder.click();
    return 'hostile' in window;
  });
  expect(ran).toBe(false);
});

test('the session’s cookie is out of reach for scripts and other sites', async ({ open, winback }) => {
  const page = await open(null);
  const answer = await page.request.post('/sign-in', {
    form: { email: addressOf('sule'), password: PASSWORD },
    headers: { origin: winback.url },
    maxRedirects: 0,
  });
  const cookie = answer.headers()['set-cookie'];
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Lax');
  expect(cookie).toContain('Path=/');
  await visit(page, '/board');
  expect(await page.evaluate(() => document.cookie)).not.toContain('winback_session');
});

test('pages and answers are not kept by caches, files are asked for again', async ({ open }) => {
  const page = await open('ayse');
  for (const path of PAGES) expect((await page.request.get(path)).headers()['cache-control'], path).toBe('no-store');
  expect((await page.request.get('/pkg/winback.js')).headers()['cache-control']).toBe('no-cache');
});

test('nothing is changed by GET', async ({ open, winback }) => {
  await winback.give('ayse', [{ name: 'Gül Get' }]);
  const page = await open('ayse');
  await visit(page, '/board');
  const lead = await winback.lead('Gül Get');
  const before = await winback.sql(`select move_version || ' ' || stage_id || ' ' || (select count(*) from activity) from lead where id = ${lead}`);
  for (const path of ['/api/pipeline/move_lead', '/api/losses/lose', '/api/losses/reopen', '/sign-out']) {
    const answer = await page.request.get(`${path}?lead=${lead}`, { maxRedirects: 0 });
    expect([302, 303, 307, 404, 405], `${path} answers ${answer.status()}`).toContain(answer.status());
  }
  const after = await winback.sql(`select move_version || ' ' || stage_id || ' ' || (select count(*) from activity) from lead where id = ${lead}`);
  expect(after).toBe(before);
  await page.reload();
  await expect(page.locator('.me')).toHaveText('Ayşe Yılmaz');
});

test('every page has its status', async ({ open, watch }) => {
  watch.expect(/^404 GET|status of 404/);
  const page = await open('ayse');
  for (const [path, status] of [['/board', 200], ['/lost', 200], ['/no-such-page', 404], ['/leads/999999', 404]] as const) {
    const answer = await visit(page, path);
    expect(answer?.status(), path).toBe(status);
  }
  await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
});
