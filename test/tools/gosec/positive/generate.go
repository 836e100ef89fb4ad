//go:build ignore

package main

import "crypto/md5"

func main() { md5.New() }
