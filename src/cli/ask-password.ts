import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Refusal } from '../core/lib/errors.js';

interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WritableStream;
}

/** Asks for a password without showing what is typed; undefined where there is no terminal to ask on. */
export function passwordPrompt({ input, output }: Terminal = { input: process.stdin, output: process.stderr }) {
  if (!input.isTTY) return undefined;
  return (question: string): Promise<string> =>
    new Promise((resolve, reject) => {
      // readline turns the terminal's echo off and does its own: into nothing.
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input, output: nowhere, terminal: true });
      const end = () => {
        lines.close();
        output.write('\n');
      };
      lines.once('SIGINT', () => {
        end();
        reject(new Refusal('usage', [{ message: 'cancelled' }]));
      });
      output.write(question);
      lines.question('', (answer) => {
        end();
        resolve(answer);
      });
    });
}
