// Fixture: invented credentials; no comment may hide one.
const a = "ghp_UE8cdA46I5S48WHVLhNF2M4fpRPo9zmLzZfO"; // pragma: allowlist secret
const b = "ghp_wCexHx9i42hrKI4ivvSlG2rAexOivJu70Kz1"; // gitleaks:allow
const c = "ghp_PGx3TpqdYzzBjoG2wW29o2rsiTXyIxNPBtee"; // kingfisher:ignore
// pragma: allowlist nextline secret
const grün = "😀"; const d = "ghp_4Fkom6YXRGt8gytc5HYHrX7FNuqCkUQ8oCKT";
const apiKey = "f110903ba17e1c1ea59c08da34d08a3ac139fb46"; // kingfisher:allow NOSONAR trufflehog:ignore
