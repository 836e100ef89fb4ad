// Fixture: invented credentials; no comment may hide one.
const a = "ghp_ealNurHJaWHQeppxS4HiXWGZ0Zgr0ZGEiuND"; // pragma: allowlist secret
const b = "ghp_fMkUaAa74Cz6olsgdXpxJVnygm20q6H68De3"; // gitleaks:allow
const c = "ghp_mtbsFp5oOlB8okhz3IYe7e80odw6mEh76Y12"; // kingfisher:ignore
// pragma: allowlist nextline secret
const grün = "😀"; const d = "ghp_02YSo26ccJY99nFetzVeBJf4dkscNfS5zNqh";
const apiKey = "5af89fe9c0fc6a70587a3ee039379ecb86b970f8"; // kingfisher:allow NOSONAR trufflehog:ignore
