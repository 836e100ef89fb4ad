import { readDocument } from '../lib/document/read.js';
import { type Policy, policySchema } from './policy.js';

/** The built-in policy, as `policy show` prints it and `policy init` writes it. */
export const DEFAULT_POLICY = `# What this operator allows. docs/policy.md explains each key.
schemaVersion: 1
name: built-in default

tools:
  allow: all # or a list of ids
  require: []
  forbid: []

# Which tool a generic id stands for; null means that there is none.
providers:
  sbom: sbom-lockfiles
  dast: null

# Tools that run in the place of others, such as \`trivy: osv-scanner\`; recorded in the evidence.
substitutes: {}

# Where tools come from. docs/toolchain.md explains suppliers.
toolchain:
  suppliers: {}
  repacked: []
  binaries: {}
  toolFiles: {}

# Older advisories are incomplete evidence.
advisories: { maxAgeDays: 30 }

# Whom the operator trusts, and what exceptions must be. docs/trust.md and docs/waivers.md explain them.
trust:
  keys: []
  manifestSignature: optional
  commits: []
  unauthenticatedRef: allow
  approvals: 0
waivers: { maxDays: 90, maxFindings: 25, approval: none, inSource: [] }

# A step that declares more is refused before anything runs.
ceilings:
  default: { memory: 2GiB, cpu: 30m, wall: 30m, pids: 256, output: 1GiB, tmp: 1GiB, net: none }
  categories: {}
  tools: {}

# Highest allowed number of findings. A severity that is absent has no limit.
budgets:
  overall: { critical: 0, high: 0 }
  categories: {}
  tools: {}

paths:
  readExclude:
    - { name: installed-packages, globs: ['**/node_modules/**'] }
  secretsOnly:
    - { name: environment-files, globs: ['**/.env*'] }
    - { name: key-files, globs: ['**/*.pem', '**/*.key', '**/*.p12', '**/*.pfx', '**/*.jks'] }
  editDeny: []
  editProtected: []
  editAllow: []

# A file that was in scope and could not be judged makes the evidence incomplete.
incomplete:
  unread: error
  accept:
    - reasons: [symlink-escape]
      because: The link itself was read; what it points at is not part of the source.
    - reasons: [shallow]
      because: No tool of this run reads history.
    - reasons: [unpinned]
      tools: [sbom-lockfiles]
      because: The file pins no version there; the SBOM holds what is pinned and the gap is listed.
    - reasons: [unsupported]
      tools: [licenses, sbom-lockfiles]
      because: The lockfile is of a format that is not read; the SBOM holds the others and the file is listed.
    - reasons: [unsupported]
      tools: [detect-secrets, gitleaks, kingfisher]
      because: These leave out pictures, archives and some names by rules of their own; each file is listed.

sandbox:
  embedded: namespaces
  external: bubblewrap
  mustEnforce: []

source:
  maxFiles: 200000
  maxFileSize: 64MiB
  maxTotalSize: 4GiB
  maxDepth: 128
  maxArchiveRatio: 200
`;

/** Reads and checks a policy file; throws `Refusal` with every problem. */
export const readPolicy = (text: string | Uint8Array, file: string): Policy =>
  readDocument(text, { file, code: 'policy', schema: policySchema, format: 'yaml' });

export const defaultPolicy = (): Policy => readPolicy(DEFAULT_POLICY, 'built-in policy');
