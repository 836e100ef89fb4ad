// Package lost cannot be compiled here.
package lost

import (
	"crypto/md5"

	"example.org/absent"
)

// F uses both.
func F() { absent.F(md5.New()) }
