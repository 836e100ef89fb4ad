#!/bin/sh
# Scans the current folder on a Dagger engine and checks the bundle that comes back.
# usage: scan.sh MODULE [PROFILE]     MODULE: a git reference with its version, or a folder
set -eu
module=$1
profile=${2:-default}
dagger -m "$module" call scan --source . --profile "$profile" export --path security-results/bundle
dagger -m "$module" call verify --bundle security-results/bundle
