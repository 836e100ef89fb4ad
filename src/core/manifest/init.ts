import { readManifest } from './manifest.js';

/**
 * A commented manifest in YAML to start from. Throws a `Refusal` when `product` is not one line of text of at most
 * 200 characters.
 */
export function initManifest(product: string): string {
  const text = starter(product);
  readManifest(text, 'manifest.yaml');
  return text;
}

// A JSON string is a YAML string too (YAML 1.2.2, section 1.2).
const starter = (
  product: string,
): string => `# What this product asks of a security scan. The operator's policy decides what is granted:
# a manifest can narrow it and never widen it.
product: ${JSON.stringify(product)}
version: "0.1.0"

# Who answers for the product.
owners:
  - security

# Profiles are chosen with \`--profile NAME\`.
profiles:
  - name: default
    description: What runs on every change.
    # Tool ids; \`security-scan tools list\` prints them all. \`sbom\` is resolved by the policy's providers.
    tools:
      - ruff
      - eslint-security
      - sbom
      # A tool may be a mapping, to say why it is there:
      - id: secrets
        description: Finds credentials.
    # Highest allowed number of findings. A severity that is absent is left to the policy.
    thresholds:
      critical: 0
      high: 0
    # Longest run, in minutes.
    bundle:
      runtimeCeilingMinutes: 30

# Controls that the evidence answers (optional).
# compliance:
#   - name: Secure coding
#     controls:
#       - framework: ISO 27001
#         controlId: A.8.28
#         tests:
#           - name: No serious finding in the code
#             linkedProfile: default
#             threshold: { critical: 0, high: 0 }

# Free labels, copied into the evidence (optional).
# annotations:
#   team: payments
`;
