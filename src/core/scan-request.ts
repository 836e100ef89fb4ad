import type { SignatureFormat } from './attest/sign.js';
import type { NamedDocument, NamedSignature } from './lib/named-document.js';
import type { Thresholds } from './lib/severity.js';
import type { KeylessSigner } from './lib/signing/keyless/signer.js';
import type { PrivateSigningKey, PublicSigningKey } from './lib/signing/keys.js';
import type { Pinned } from './pinned.js';
import type { Narrowing } from './plan/plan.js';
import type { PlanRequest } from './plan/request.js';

/** What the caller wants scanned, by which rules and where to. Everything else is decided from it. */
export interface ScanRequest {
  /** A folder, git URL or ref, archive, or `-`; see `parseSource`. */
  source: string;
  /** Host folder for bundles. */
  exportDir: string;
  profile?: string;
  manifest?: NamedDocument;
  policy?: NamedDocument;
  manifestSignature?: NamedSignature;
  policySignature?: NamedSignature;
  /** The key that must have signed the policy of `policyFrom`. */
  policyKey?: PublicSigningKey;
  /** Files of the keys that the operator trusts: none may lie in the source. */
  keyPaths?: readonly string[];
  /** Signed exceptions. */
  waivers?: NamedDocument;
  /** A ref of the source whose `.security-scan/` has the policy, manifest, waivers and tool files. */
  policyFrom?: string;
  narrowing?: Partial<Narrowing>;
  failOn?: Thresholds;
  /** The date by which ages are judged, `YYYY-MM-DD`; it enters evidence only where a tool uses it. */
  asOf?: string;
  /** Seconds for the whole run. */
  timeout?: number;
  /** Steps at one time. */
  jobs?: number;
  bundleId?: string;
  replace?: boolean;
  /** Host folder with tool files of the operator, as the catalog was loaded with. */
  tools?: string;
  /** Host folder of the privacy pack. */
  privacyAssets?: string;
  /** Each signs every statement of the bundle. */
  signKeys?: readonly PrivateSigningKey[];
  /** Signs every statement in the name of an identity. */
  keyless?: KeylessSigner;
  /** The files that the keys came from, if any: none may lie in the source. */
  signKeyPaths?: readonly string[];
  /** Default: Sigstore bundles. */
  signatureFormats?: readonly SignatureFormat[];
  /** The commit whose rules the run obeys, as `withTrustedBase` read it. */
  base?: PlanRequest['base'];
  /** A bundle folder, or a git ref of the source. */
  baseline?: string;
  /** Run without a sandbox; recorded. */
  unsandboxed?: boolean;
  allowGitDir?: boolean;
  /** The caller ends with 0 whatever the verdict; recorded. */
  exitZero?: boolean;
  /** Set by a replay alone. */
  pinned?: Pinned;
}

export const NO_NARROWING: Narrowing = { skipTools: [], skipPrivacyScan: false, include: [], exclude: [] };
