// The package's main file imports its `.wasm` as a module, which Node cannot do; this is the part behind it.
declare module '@ast-grep/wasm/wasm_bg.js' {
  export * from '@ast-grep/wasm';
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

// Of the WebAssembly interface (webassembly.github.io/spec/js-api), the types for Node declare the namespace only.
declare namespace WebAssembly {
  interface Exports {
    readonly [name: string]: unknown;
  }
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, unknown>) => { readonly exports: WebAssembly.Exports };
};
