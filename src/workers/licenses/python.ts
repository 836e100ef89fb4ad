import { asMap, type LocatedMap, listAt, mapAt, textAt, textsAt } from '../sbom/located.js';
import { parseToml } from '../sbom/toml.js';
import { type Declaration, type Declarations, nameAndVersion, onlyOwn } from './declaration.js';
import { namedLicense } from './names.js';
import { lineOfKey } from './toml-line.js';

/** pyproject.toml: `[project]` (PEP 621, PEP 639) and Poetry's own table. */
export function readPyproject(text: string): Declarations {
  const root = asMap(parseToml(text), 'the document');
  const poetry = mapAt(mapAt(root, 'tool'), 'poetry');
  const project = mapAt(root, 'project');
  const needs = [listAt(project, 'dependencies').length, mapAt(project, 'optional-dependencies').size];
  const silent = [...needs, mapAt(poetry, 'dependencies').size].reduce((sum, count) => sum + count, 0);
  const [table, name] = project.has('name') ? [project, 'project'] : [poetry, 'tool.poetry'];
  return { ...onlyOwn(table.has('name') ? declared(table, text, name) : undefined), silent };
}

function declared(table: LocatedMap, text: string, name: string): Declaration {
  const license = table.get('license')?.value;
  const written = license instanceof Map ? textAt(license, 'text') : textAt(table, 'license');
  const stated = statedBy(written, textsAt(table, 'classifiers'));
  return {
    package: nameAndVersion(textAt(table, 'name'), textAt(table, 'version')),
    stated,
    line: lineOfKey(text, name, written !== undefined ? 'license' : stated.length > 0 ? 'classifiers' : 'name'),
  };
}

/** setup.cfg (setuptools, declarative configuration): the `[metadata]` section of Python's configparser form. */
export function readSetupCfg(text: string): Declarations {
  const section = metadataOf(text);
  const [name, version, license] = ['name', 'version', 'license'].map((key) => section.get(key));
  if (name === undefined) return onlyOwn(undefined);
  const classifiers = section.get('classifiers');
  const stated = statedBy(license?.text, classifiers?.text.split('\n').map((line) => line.trim()) ?? []);
  const line = (license ?? (stated.length > 0 ? classifiers : undefined) ?? name).line;
  return onlyOwn({ package: nameAndVersion(name.text, version?.text), stated, line });
}

const CLASSIFIER = /^License :: (?:OSI Approved :: )?(.+)$/;

/** Classifiers count where the field is empty. What several of them mean together is not laid down: all of them hold. */
function statedBy(written: string | undefined, classifiers: readonly string[]): string[] {
  if (written !== undefined && written.trim() !== '') return [written];
  const names = classifiers.flatMap((one) => CLASSIFIER.exec(one)?.[1] ?? []).filter((name) => name !== 'OSI Approved');
  const terms = names.map((name) => namedLicense(name) ?? name);
  return terms.length === 0 ? [] : [terms.join(' AND ')];
}

interface Value {
  text: string;
  line: number;
}

function metadataOf(text: string): Map<string, Value> {
  const values = new Map<string, Value>();
  let section = '';
  let open: Value | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    const [, key, value] = /^([\w.-]+)\s*[=:](.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    else if (section !== 'metadata' || /^\s*[#;]/.test(line)) continue;
    else if (key !== undefined) {
      open = { text: (value ?? '').trim(), line: index + 1 };
      values.set(key.toLowerCase(), open);
    } else if (open !== undefined && /^\s/.test(line)) open.text += `\n${line.trim()}`;
  }
  return values;
}
