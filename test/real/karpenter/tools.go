// Package tools pins the real Karpenter AWS controller; the tests build its command from this module unchanged.
//
//go:build tools

package tools

import _ "github.com/aws/karpenter-provider-aws/cmd/controller"
