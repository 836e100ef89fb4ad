import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { advisoriesCommand } from '../../src/cli/commands/advisories.js';
import { failure, folderOf, freshFolder, record, retireList, zipOf } from '../core/advisories/data.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A command line with a data folder of its own; each call gives what it printed. */
function commandLine() {
  const data = freshFolder();
  vi.stubEnv('XDG_DATA_HOME', data);
  const run = async (...args: string[]): Promise<string> => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    const command = advisoriesCommand();
    for (const one of [command, ...command.commands]) one.exitOverride().configureOutput({ writeErr: () => {} });
    await new Command().addCommand(command).parseAsync(['advisories', ...args], { from: 'user' });
    return lines.join('\n');
  };
  return { run, data };
}

const NOW = new Date().toISOString();
const npm = () => folderOf({ 'a.json': record('A-1', { modified: NOW }) });

describe('advisories refuses', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown pack', ['import', 'osv/npn', '/x'], /did you mean `osv\/npm`/],
    ['a path that is not there', ['import', 'osv/npm', '/proc/none'], /cannot be read/],
    ['a list without its day', ['import', 'retire', '/proc/none'], /--date YYYY-MM-DD/],
    ['to update nothing', ['update'], /no advisory packs are in use/],
    ['to download a database', ['update', 'trivy'], /--download-db-only/],
    [
      'a mirror without TLS',
      ['update', 'osv/npm', '--from', 'http://example.org'],
      /--from: expected an https address/,
    ],
    [
      'one wrong name of several, before any download',
      ['update', 'osv/npm', 'grype', '--from', 'https://127.0.0.1:1'],
      /grype db update/,
    ],
  ])('%s', async (_, args, message) => {
    const { run } = commandLine();
    expect(await failure(run(...args))).toEqual({ exit: 2, message: expect.stringMatching(message) });
  });

  it('an import without a path', async () => {
    await expect(commandLine().run('import', 'osv/npm')).rejects.toThrow(CommanderError);
  });

  it('to list a damaged store, with exit code 3', async () => {
    const { run, data } = commandLine();
    await run('import', 'osv/npm', npm());
    writeFileSync(join(data, 'security-scan/advisories/current/osv/npm.json'), '{}');
    expect(await failure(run('list'))).toEqual({
      exit: 3,
      message: expect.stringMatching(/osv\/npm.*cannot be read[\s\S]*update osv\/npm/),
    });
  });
});

describe('advisories', () => {
  it('imports, lists and prunes packs', async () => {
    const { run } = commandLine();
    expect(await run('list', '--json')).toBe('[]');
    expect(await run('import', 'osv/npm', npm())).toMatch(/^osv\/npm: 1 advisories, newest \d{4}-.*Z, [0-9a-f]{64}$/);
    const list = join(folderOf({ 'list.json': retireList }), 'list.json');
    await run('import', 'retire', list, '--date', '2026-01-01');
    const [first, second] = JSON.parse(await run('list', '--json'));
    expect(first).toMatchObject({
      kind: 'osv',
      name: 'npm',
      age: 0,
      count: 1,
      source: 'file',
      imported: NOW.slice(0, 10),
    });
    expect(second).toMatchObject({ kind: 'retire', newest: '2026-01-01T00:00:00Z', count: 1 });
    const text = (await run()).split('\n');
    expect(text[0]).toMatch(/^pack +newest +age +advisories +size +digest +from$/);
    expect(text[1]).toMatch(/^osv\/npm +\S+ +0 days +1 +0\.0 MB +[0-9a-f]{12} +file$/);
    expect(await run('prune')).toBe('nothing to remove');
    await run('import', 'retire', list, '--date', '2026-01-02');
    expect(await run('prune')).toBe(`removed ${second.digest}`);
  });

  it('updates what is in use, tries every pack, and names each that failed', async () => {
    const { run } = commandLine();
    const answer = readFileSync(await zipOf([['A-2.json', record('A-2', { modified: NOW }, 'PyPI')]]));
    const server = createServer(({ url }, response) => {
      if (url === '/PyPI/all.zip') response.end(answer);
      else response.writeHead(503).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const from = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    try {
      const failed = await failure(run('update', 'osv/Go', 'osv/PyPI', 'osv/npm', '--from', from));
      expect(failed).toEqual({
        exit: 3,
        message: expect.stringMatching(/2 packs[\s\S]*\/Go\/all\.zip: the answer is 503[\s\S]*\/npm\//),
      });
      expect(JSON.parse(await run('list', '--json'))).toMatchObject([{ name: 'PyPI', source: `${from}/PyPI/all.zip` }]);
      expect(await run('update', '--from', from)).toMatch(/^osv\/PyPI: 1 advisories/);
    } finally {
      server.close();
    }
  });
});
