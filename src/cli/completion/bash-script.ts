/**
 * For bash from 3.2 on, without the package bash-completion. The line is read as it was typed: bash itself would cut `--from=x` and ARNs
 * at `=` and `:`, and replaces only the part behind the last of them.
 */
export const bashScript = `# bash completion for dovetail
_dovetail() {
  local line="\${COMP_LINE:0:COMP_POINT}" words cur shown prefix out directive value IFS=$' \\t\\n'
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  cur="\${words[\${#words[@]}-1]}"
  shown="\${COMP_WORDS[COMP_CWORD]}"
  [[ "$shown" == "=" || "$shown" == ":" ]] && shown=""
  prefix="\${cur%"$shown"}"
  out="$(dovetail complete -- "\${words[@]:1}" 2>/dev/null)" || return 0
  directive="\${out##*:}"
  COMPREPLY=()
  while IFS= read -r value; do
    value="\${value%%$'\\t'*}"
    [[ -n "$value" && "$value" == "$cur"* ]] && COMPREPLY+=("\${value#"$prefix"}")
  done <<< "\${out%:*}"
  [[ \${#COMPREPLY[@]} -gt 0 ]] && return 0
  local kind=""
  [[ "$directive" == 0 ]] && kind=-f
  [[ "$directive" == 16 ]] && kind=-d
  [[ -z "$kind" ]] && return 0
  while IFS= read -r value; do
    [[ -n "$value" ]] && COMPREPLY+=("$value")
  done <<< "$(compgen "$kind" -- "$shown")"
  compopt -o filenames 2>/dev/null
  return 0
}
complete -F _dovetail dovetail
`;
