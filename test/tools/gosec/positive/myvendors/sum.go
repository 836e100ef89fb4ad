package myvendors

import "crypto/md5"

var Sum = md5.New()
