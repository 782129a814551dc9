//go:build !linux

package main

import "errors"

func mountTmpfs(string, string) (func(), error) { return nil, errors.ErrUnsupported }
