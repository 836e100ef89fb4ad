#!/bin/sh
# Scans the current folder on a Dagger engine and checks the bundle that comes back: ends with 0 when its verdict is pass.
# usage: scan.sh MODULE BUNDLE [PROFILE]     MODULE: a git reference with its version, or a folder
#                                            BUNDLE: a new folder outside the current one, which it would be a part of
set -eu
module=$1
bundle=$2
profile=${3:-default}
dagger -m "$module" call scan --source . --profile "$profile" export --path "$bundle"
dagger -m "$module" call verify --bundle "$bundle"
