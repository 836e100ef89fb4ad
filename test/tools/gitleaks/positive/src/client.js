// Fixture: invented credentials; no comment may hide one.
const a = "ghp_dQRA5ZffKebXSHr2Z4VvhxEvvUn4iF9hFFjx"; // pragma: allowlist secret
const b = "ghp_OkvV4npaWePUpM6Qe0EjZYnmZGktFagdAM1L"; // gitleaks:allow
const c = "ghp_zVhYhiWCtOUzILWBVvfethzTmHcqfVqC49d2"; // kingfisher:ignore
// pragma: allowlist nextline secret
const grün = "😀"; const d = "ghp_sJjclmV265U1FqWq2wEjXdf7kM0sLlPy4rYf";
const apiKey = "5dd2b27df680acbf0fed3ca335a71e46d182e413"; // kingfisher:allow NOSONAR trufflehog:ignore
