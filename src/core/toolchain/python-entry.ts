import { Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';

const TARGET =
  /^([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*):([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)$/;

/** A script of the packages themselves, for those that have no function to call. */
const SCRIPT = /^bin\/[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * The text of a program that calls `module:function` of the packages in `site/` beside it, or runs a script in `bin/`. It is to be started with
 * `python3 -I -B -S`, and finds nothing but them and the standard library. Throws `Refusal` for another form of entry.
 */
export function pythonEntry(entry: string): string {
  if (SCRIPT.test(entry))
    return program(`    import runpy

    script = os.path.join(here, "${entry}")
    sys.argv[0] = script
    runpy.run_path(script, run_name="__main__")
`);
  const [, module, callable] = TARGET.exec(entry) ?? [];
  if (module === undefined || callable === undefined)
    throw new Refusal('tool', [{ message: `\`${printable(entry, 100)}\` is no \`module:function\`` }]);
  return program(`    import importlib

    sys.argv[0] = "${module.split('.')[0]}"
    target = importlib.import_module("${module}")
    for name in "${callable}".split("."):
        target = getattr(target, name)
    sys.exit(target())
`);
}

/** Programs that start further processes import this file again: what it starts is for the first one alone. */
const program = (start: string): string => `import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "site"))

if __name__ == "__main__":
${start}`;
