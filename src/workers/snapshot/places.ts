/** Where the sandbox puts things; tests point it at folders of their own. */
export interface Places {
  input: string;
  source: string;
  archive: string;
  output: string;
}

export const SANDBOX: Places = { input: '/in', source: '/src', archive: '/archive', output: '/out' };
