#!/usr/bin/env bash
# The action's one step. Inputs come as environment variables, never as text of this script.
set -uo pipefail

words=(assess --fail-on "${DOVETAIL_FAIL_ON:-error}")
[ -n "${DOVETAIL_FROM:-}" ] && words+=(--from "$DOVETAIL_FROM")
[ -n "${DOVETAIL_CONTEXT:-}" ] && words+=(--context "$DOVETAIL_CONTEXT")
while IFS= read -r word; do
  [ -n "$word" ] && words+=("$word")
done <<< "${DOVETAIL_ARGS:-}"

# A program that is there already is not fetched again: DOVETAIL_BIN names it.
if [ -n "${DOVETAIL_BIN:-}" ]; then
  run=(node "$DOVETAIL_BIN")
else
  run=(npx --yes --package "kubectl-dovetail@${DOVETAIL_VERSION:-latest}" dovetail)
fi

json="${RUNNER_TEMP:-/tmp}/dovetail-assess.json"
"${run[@]}" "${words[@]}" --json > "$json"
status=$?
echo "json=$json" >> "$GITHUB_OUTPUT"
if [ "$status" -le 1 ]; then
  {
    echo "### Dovetail"
    echo '```'
    "${run[@]}" "${words[@]}" 2> /dev/null
    echo '```'
  } >> "$GITHUB_STEP_SUMMARY"
fi
exit "$status"
