import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Tree = Readonly<Record<string, string>>;

export function writeTree(folder: string, tree: Tree): void {
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Commits all that is in a folder, as nobody in particular, at a fixed time. */
export function commitAll(folder: string): void {
  const env = {
    PATH: process.env['PATH'],
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
    GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
  };
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { env, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('add', '-A', '-f');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'all');
}

// Split, so that no scanner takes this file for a leak.
export const KEY_ID = ['AKIA', 'QYLPMN5HFIQR7XYZ'].join('');
const KEY_SECRET = ['wJ4lrXUtnF3MI7K9MDENG', 'bPxRfiCYq2Zk8vTeLuHs'].join('');

/** H0: plain sources in which every embedded tool finds something. */
export const H0: Tree = {
  'app.py': `import hashlib
import subprocess

def run(command, text):
    subprocess.call(command, shell=True)
    eval(text)
    return hashlib.md5(text)

try:
    run("a", "b")
except Exception:
    pass
`,
  'web/routes.py': `from flask import Flask, request
app = Flask(__name__)

@app.route("/users", methods=["POST"])
def users():
    return request.args["x"]
`,
  'settings.py': `AWS_ACCESS_KEY_ID = "${KEY_ID}"
AWS_SECRET_ACCESS_KEY = "${KEY_SECRET}"
`,
  'server.js': `const cp = require('child_process');
function handle(req, input) {
  eval(input);
  cp.exec(input);
  return new RegExp(req.query.x);
}
module.exports = handle;
`,
  'requirements.txt': 'flask==2.0.1\nrequests==2.25.0\n',
  'package-lock.json': `${JSON.stringify({ name: 'x', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'x', version: '1.0.0' }, 'node_modules/lodash': { version: '4.17.20', resolved: 'https://npm.example.org/lodash/-/lodash-4.17.20.tgz', integrity: 'sha512-PlhdFcillOINfeV7Ni6oF1TAEayyZBoZ8bcshTHqOYJYlrqzRK5hagpagky5o4HfCzzd1TRkXPMFq6cKk9rGmA==' } } }, null, 2)}\n`,
};
