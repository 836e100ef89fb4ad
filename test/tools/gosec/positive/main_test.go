package main

import (
	"crypto/md5"
	"testing"
)

func TestSum(t *testing.T) { md5.New() }
