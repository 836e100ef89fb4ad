// A pipeline that scans before it builds.
package main

import (
	"context"

	"dagger/example/internal/dagger"
)

type Example struct{}

// The bundle of a scan; its verdict is in summary.json.
//
// +cache="never"
func (m *Example) Scan(source *dagger.Directory) *dagger.Directory {
	return dag.CertusSecurityScan().Scan(source, dagger.CertusSecurityScanScanOpts{Profile: "default"})
}

// Fails on any verdict but pass.
//
// +cache="never"
func (m *Example) Gate(ctx context.Context, source *dagger.Directory) error {
	return dag.CertusSecurityScan().Check(ctx, dagger.CertusSecurityScanCheckOpts{Source: source})
}
