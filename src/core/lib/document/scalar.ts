import { quote } from '../suggest.js';

/** The number grammar of RFC 8259, section 6. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What the core schema of YAML 1.2.2 (section 10.3.2) reads as a number. */
const CORE_NUMBER =
  /^(?:[-+]?\d+|0o[0-7]+|0x[\da-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Strings in YAML 1.2 that YAML 1.1 (yaml.org/type: bool, int, float, merge, value) reads as something else. */
const YAML_1_1 = [
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/,
  /^[-+]?0b[01_]+$/,
  /^[-+]?0x[\da-fA-F_]+$/,
  /^[-+]?[\d][\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?$/,
  /^[-+]?\.[\d_]+(?:[eE][-+]?\d+)?$/,
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/,
  /^[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)$/,
  /^=$/,
];

export type Resolved = { value: string | number | boolean | null } | { refused: string; remedy: string };

const QUOTE_IT = 'Put it in quotes if it is meant as text.';

/** A number literal in JSON's grammar. Refused when a double cannot hold it: not finite, or an integer beyond 2^53. */
export function resolveNumber(source: string): Resolved {
  const value = Number(source);
  if (!Number.isFinite(value)) return { refused: 'a number too large to hold', remedy: QUOTE_IT };
  if (/^-?\d+$/.test(source) && !Number.isSafeInteger(value)) {
    return { refused: 'an integer beyond 2^53', remedy: QUOTE_IT };
  }
  return { value };
}

/** A plain (unquoted) YAML scalar by the YAML 1.2 core schema, without what readers of YAML disagree on. */
export function resolvePlain(source: string): Resolved {
  if (/^(?:null|Null|NULL|~|)$/.test(source)) return { value: null };
  if (/^(?:true|True|TRUE)$/.test(source)) return { value: true };
  if (/^(?:false|False|FALSE)$/.test(source)) return { value: false };
  if (source === '<<') return { refused: 'merge keys (`<<`) are not accepted', remedy: 'Write the keys out.' };
  if (JSON_NUMBER.test(source)) return resolveNumber(source);
  if (CORE_NUMBER.test(source)) {
    return {
      refused: `${quote(source)}: a number in a form that is not accepted`,
      remedy: `Write it in plain decimal. ${QUOTE_IT}`,
    };
  }
  if (YAML_1_1.some((pattern) => pattern.test(source))) {
    const remedy = `Write \`true\` or \`false\`, or a plain decimal number. ${QUOTE_IT}`;
    return { refused: `${quote(source)}: YAML 1.1 and YAML 1.2 read this differently`, remedy };
  }
  return { value: source };
}
