/** The part of sax 1.6 that is used here; the package ships no types. */
declare module 'sax' {
  export interface Parser {
    /** Offset behind the `<` of the newest tag. */
    startTagPosition: number;
    onopentag: (tag: { name: string; attributes: Record<string, string> }) => void;
    onclosetag: (name: string) => void;
    ontext: (text: string) => void;
    oncdata: (text: string) => void;
    ondoctype: (text: string) => void;
    onerror: (error: Error) => void;
    write(text: string): Parser;
    close(): Parser;
  }
  const sax: {
    parser(strict: boolean, options: { position: boolean; strictEntities: boolean; unparsedEntities: boolean }): Parser;
  };
  export default sax;
}
