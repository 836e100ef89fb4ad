/** spdx-expression-parse 5, which ships no types. */
declare module 'spdx-expression-parse' {
  /** One licence of an expression. */
  export interface LicenseTerm {
    license: string;
    plus?: true;
    exception?: string;
  }
  export interface Combined {
    left: LicenseExpression;
    conjunction: 'and' | 'or';
    right: LicenseExpression;
  }
  export type LicenseExpression = LicenseTerm | Combined;
  /** Throws `Error` for what is no expression of SPDX 2.3, annex D. */
  export default function parse(source: string): LicenseExpression;
}
