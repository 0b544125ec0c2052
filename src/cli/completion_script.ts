/**
 * Scripts by which shells complete what is typed after `hub`.
 *
 * Commands and options stand in the script: asking the hub's program for them takes longer than people
 * wait. Names of operations are asked of the hub, and kept for a minute.
 *
 * @module
 */
import { fishScript } from "./completion_fish.ts";
import type { Candidate, CompletionNode } from "./completion_tree.ts";

/** Shells that there are scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** A shell. */
export type Shell = typeof SHELLS[number];

/** The script of a shell. */
export function completionScript(shell: Shell, nodes: readonly CompletionNode[]): string {
  if (shell === "fish") return fishScript(nodes);
  return shell === "bash" ? `${shared(nodes)}\n${BASH}` : `#compdef hub\n${shared(nodes)}\n${ZSH}`;
}

/** In bash and in zsh: `__hub_lines` has a candidate in each line, a tab before its description. */
function shared(nodes: readonly CompletionNode[]): string {
  const ways = nodes.flatMap(({ path }) => path === "" ? [] : [quoted(path)]);
  return `# Completions of the hub's command line; "hub completions --help" says how to load them.

# Given the words after "hub": those that the last one may become.
__hub_candidates() {
  local way='' next='' kind=words named='' url='' profile='' clear=''
  __hub_lines=''
  while [ $# -gt 1 ]; do
    next="\${way:+$way }$1"
    case "$next" in
      ${ways.join("|")}) way=$next ;;
      *)
        case "$1" in
          --url) url=$2 ;;
          --profile) profile=$2 ;;
          --allow-http) clear=yes ;;
          /*) named=yes ;;
        esac
        ;;
    esac
    shift
  done
  case "$1" in -*) kind=options ;; esac
  case "$kind $way" in
${nodes.map(shellCases).join("\n")}
  esac
}

# Names of operations below the same path, as the hub told them within the last minute.
__hub_operations() {
  local below='' key=''
  case "$1" in */*) below="\${1%/*}/" ;; esac
  key="$below $2 $3 $4"
  if [ "$key" != "$__hub_key" ] || [ $((SECONDS - __hub_asked)) -ge 60 ]; then
    __hub_names=$(hub completions --operations "$below" \${2:+--url} \${2:+"$2"} \\
      \${3:+--profile} \${3:+"$3"} \${4:+--allow-http} 2>/dev/null </dev/null)
    __hub_key=$key
    __hub_asked=$SECONDS
  fi
  __hub_lines=$__hub_names
}
__hub_key=none __hub_names='' __hub_asked=0
`;
}

function shellCases({ path, commands, choices, options, takesOperation }: CompletionNode): string {
  const words = [...commands, ...choices];
  const assign = (kind: string, candidates: readonly Candidate[]) =>
    `    ${quoted(`${kind} ${path}`)}) __hub_lines=${quoted(candidates.map(lineOf).join("\n"))} ;;`;
  const ask = `[ -n "$named" ] || __hub_operations "$1" "$url" "$profile" "$clear"`;
  return [
    ...(takesOperation ? [`    ${quoted(`words ${path}`)}) ${ask} ;;`] : []),
    ...(words.length === 0 ? [] : [assign("words", words)]),
    assign("options", options),
  ].join("\n");
}

function lineOf({ word, description }: Candidate): string {
  return description === "" ? word : `${word}\t${description}`;
}

/** As one word that means nothing else to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const BASH = `_hub() {
  local current=\${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  __hub_candidates "\${COMP_WORDS[@]:1:COMP_CWORD}"
  # Line by line: what a hub has named is never expanded.
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    [[ -n $line && $line == "$current"* ]] && COMPREPLY+=("$line")
  done <<<"$__hub_lines"
}
complete -o default -F _hub hub
`;

const ZSH = `_hub() {
  local line
  local -a names shown
  __hub_candidates "\${(@)words[2,CURRENT]}"
  for line in "\${(@f)__hub_lines}"; do
    [[ -n $line ]] || continue
    names+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if (( $#names )); then compadd -l -d shown -a names; else _files; fi
}
# Loaded as a function of that name, or by a line of .zshrc.
if [[ \${funcstack[1]} == _hub ]]; then
  _hub "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _hub hub
fi
`;
