package gen

import (
	"bytes"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
)

func bytesReader(data []byte) io.Reader { return bytes.NewReader(data) }

func typesUID(name string) types.UID { return types.UID(name) }

type (
	metav1Time = metav1.Time
	scenarioOp = scenario.Op

	scenarioOptions = scenario.Options
)
