/**
 * Paths that the default rules of Gitleaks leave out; Kingfisher, which carries them as Betterleaks, does too. Both match
 * a path anywhere, so that a tree can hide a secret by a name (`[allowlist]` of config/gitleaks.toml, Gitleaks 8.30.1;
 * its patterns are joined into one after a first `(?i)`, so case counts in none of them).
 */
const PATHS = [
  /\.(?:bmp|gif|jpe?g|png|svg|tiff?|eot|[ot]tf|woff2?|gem)$/i,
  /gitleaks\.toml|verification-metadata\.xml|Database.refactorlog/i,
  /go\.(?:mod|sum|work(?:\.sum)?)$/i,
  /(?:^|\/)(?:gradlew(?:\.bat)?|gradle\.lockfile|mvnw(?:\.cmd)?|\.mvn\/wrapper\/MavenWrapperDownloader\.java)$/i,
  /(?:^|\/)(?:deno\.lock|npm-shrinkwrap\.json|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|(?:Pipfile|poetry)\.lock)$/i,
  /(?:^|\/)(?:angular|bootstrap|jquery(?:-?ui)?|plotly|swagger-?ui)[a-z0-9.-]*\.js(?:\.map)?$|(?:^|\/)javascript\.json$/i,
  /(?:^|\/)(?:node_modules|bower_components)(?:\/|$)/i,
  /(?:^|\/)vendor\/(?:modules\.txt$|(?:github\.com|golang\.org\/x|google\.golang\.org|gopkg\.in|istio\.io)(?:\/|$))/i,
  /(?:^|\/)vendor\/(?:k8s\.io|sigs\.k8s\.io|bundle|ruby)(?:\/|$)/i,
  /(?:^|\/)(?:v?env|virtualenv)\/lib(?:64)?(?:\/|$)/i,
  /(?:^|\/)(?:lib(?:64)?\/python[23](?:\.[0-9]{1,2})+|python\/[23](?:\.[0-9]{1,2})+\/lib(?:64)?)(?:\/|$)/i,
  /(?:^|\/)[a-z0-9_.]+-[0-9.]+\.dist-info(?:\/|$)/i,
];

/** Whether the rules that Gitleaks and Kingfisher share leave a file out for its path. */
export const leftOutByPath = (path: string): boolean => PATHS.some((pattern) => pattern.test(path));
