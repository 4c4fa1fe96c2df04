#!/bin/sh
# Changes proposed by dovetail assess. Read each file first: a change of a pod template restarts its pods.
set -eu
cd "$(dirname "$0")"
kubectl -n shop patch poddisruptionbudget.v1.policy web --type merge --patch-file dv1001-poddisruptionbudget-shop-web.json   # DV1001
kubectl -n shop patch cronjob.v1.batch nightly --type strategic --patch-file dv1025-cronjob-shop-nightly.json   # DV1025
