-- Made-up advisories about the packages of the fixtures, in the form of Grype's database, schema 6 (grype/db/v6/models.go):
-- the tables that Grype 0.110 reads, and no more columns than they have there.
CREATE TABLE db_metadata (build_timestamp datetime NOT NULL, model integer NOT NULL, revision integer NOT NULL, addition integer NOT NULL);
CREATE TABLE providers (id text PRIMARY KEY, version text, processor text, date_captured datetime, input_digest text);
CREATE TABLE blobs (id integer PRIMARY KEY, value text NOT NULL);
CREATE TABLE vulnerability_handles (id integer PRIMARY KEY, name text NOT NULL, status text NOT NULL, published_date datetime, modified_date datetime, withdrawn_date datetime, provider_id text NOT NULL, blob_id integer);
CREATE TABLE vulnerability_aliases (name text, alias text NOT NULL, PRIMARY KEY (name, alias));
CREATE TABLE packages (id integer PRIMARY KEY, ecosystem text COLLATE NOCASE, name text COLLATE NOCASE);
CREATE TABLE affected_package_handles (id integer PRIMARY KEY, vulnerability_id integer NOT NULL, operating_system_id integer, package_id integer, blob_id integer);
CREATE TABLE unaffected_package_handles (id integer PRIMARY KEY, vulnerability_id integer NOT NULL, operating_system_id integer, package_id integer, blob_id integer);
CREATE TABLE package_specifier_overrides (ecosystem text, replacement_ecosystem text);
CREATE TABLE operating_systems (id integer PRIMARY KEY, name text, release_id text, major_version text, minor_version text, label_version text, codename text, channel text, eol_date datetime, eoas_date datetime);
CREATE TABLE operating_system_specifier_overrides (alias text, version text, version_pattern text, codename text, channel text, replacement text, replacement_major_version text, replacement_minor_version text, replacement_label_version text, replacement_channel text, rolling numeric, applicable_client_db_schemas text);
CREATE TABLE cpes (id integer PRIMARY KEY, part text NOT NULL, vendor text, product text NOT NULL, edition text, language text, software_edition text, target_hardware text, target_software text, other text);
CREATE TABLE package_cpes (package_id integer, cpe_id integer);
CREATE TABLE affected_cpe_handles (id integer PRIMARY KEY, vulnerability_id integer NOT NULL, cpe_id integer, blob_id integer);
CREATE TABLE unaffected_cpe_handles (id integer PRIMARY KEY, vulnerability_id integer NOT NULL, cpe_id integer, blob_id integer);
CREATE TABLE known_exploited_vulnerability_handles (id integer PRIMARY KEY, cve text NOT NULL, blob_id integer);
CREATE TABLE epss_handles (id integer PRIMARY KEY, cve text NOT NULL, epss real NOT NULL, percentile real NOT NULL);
CREATE TABLE epss_metadata (date datetime NOT NULL);
CREATE TABLE cwe_handles (id integer PRIMARY KEY, cve text NOT NULL, cwe text NOT NULL, source text, type text);

INSERT INTO db_metadata VALUES ('2026-01-02 00:00:00+00:00', 6, 1, 4);
INSERT INTO epss_metadata VALUES ('2026-01-02 00:00:00+00:00');
INSERT INTO providers VALUES ('github', '1', 'made-up', '2026-01-02 00:00:00+00:00', 'sha256:00');
INSERT INTO blobs VALUES
  (1, '{"id":"GHSA-0000-test-0001","description":"Prototype pollution in example-parser","refs":[{"url":"https://github.com/advisories/GHSA-0000-test-0001"}],"aliases":["CVE-0000-0001"],"severities":[{"scheme":"CHMLN","value":"critical","rank":1}]}'),
  (2, '{"cves":["CVE-0000-0001"],"ranges":[{"version":{"type":"semver","constraint":"<1.2.1"},"fix":{"version":"1.2.1","state":"fixed"}}]}'),
  (3, '{"id":"GO-0000-0004"}'),
  (4, '{"ranges":[{"version":{"type":"go","constraint":"<1.4.2"},"fix":{"state":"not-fixed"}}]}');
INSERT INTO cwe_handles VALUES (1, 'CVE-0000-0001', 'CWE-1321', 'security-advisories@github.com', 'Primary');
INSERT INTO vulnerability_handles VALUES
  (1, 'GHSA-0000-test-0001', 'active', NULL, NULL, NULL, 'github', 1),
  (2, 'GO-0000-0004', 'active', NULL, NULL, NULL, 'github', 3);
INSERT INTO packages VALUES (1, 'npm', 'example-parser'), (2, 'go-module', 'example.com/example-mux');
INSERT INTO affected_package_handles VALUES (1, 1, NULL, 1, 2), (2, 2, NULL, 2, 4);
