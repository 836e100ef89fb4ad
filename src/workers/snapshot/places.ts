/** Where the sandbox puts things; tests point it at folders of their own. */
export interface Places {
  input: string;
  source: string;
  archive: string;
  output: string;
}

/** The places that the command line names, in this order. */
export function givenPlaces([input, source, archive, output]: readonly string[]): Places {
  if (!input || !source || !archive || !output) throw new Error('usage: snapshot INPUT SOURCE ARCHIVE OUTPUT');
  return { input, source, archive, output };
}
