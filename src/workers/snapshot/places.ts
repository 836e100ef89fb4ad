/** Where the sandbox puts things; tests point it at folders of their own. */
export interface Places {
  input: string;
  source: string;
  archive: string;
  /** For the files of the snapshot; those of an archive wait there until all names are known. */
  files: string;
  /** For the index. */
  output: string;
}

/** The places that the command line names, in this order. */
export function givenPlaces([input, source, archive, files, output]: readonly string[]): Places {
  if (!input || !source || !archive || !files || !output)
    throw new Error('usage: snapshot INPUT SOURCE ARCHIVE FILES OUTPUT');
  return { input, source, archive, files, output };
}
