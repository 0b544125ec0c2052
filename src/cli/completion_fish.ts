import type { CompletionNode, OptionCandidate } from "./completion_tree.ts";

/** The script of fish, which has a language of its own. */
export function fishScript(nodes: readonly CompletionNode[]): string {
  const ways = nodes.flatMap(({ path }) => path === "" ? [] : [quoted(path)]);
  return `# Completions of the hub's command line; "hub completions --help" says how to load them.

# The commands typed so far, such as "actor send".
function __hub_way
    set -l way ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$way $word")
        switch $next
            case ${ways.join(" ")}
                set way $next
        end
    end
    echo $way
end

function __hub_at
    test (__hub_way) = "$argv[1]"
end

# Whether an operation may come next.
function __hub_wants
    __hub_at $argv[1]; or return 1
    not string match -q -- '/*' (commandline -opc); and not string match -q -- '-*' (commandline -ct)
end

# Names of operations below the same path, as the hub told them within the last minute.
function __hub_operations
    set -l below (string replace -r '[^/]*$' '' -- (commandline -ct))
    set -l which
    set -l words (commandline -opc)
    for at in (seq (count $words))
        contains -- $words[$at] --url --profile; and set -a which $words[$at] $words[(math $at + 1)]
        contains -- $words[$at] --allow-http; and set -a which $words[$at]
    end
    set -l key "$below $which"
    set -l now (date +%s)
    if test "$key" != "$__hub_key"; or test (math $now - 0$__hub_asked) -ge 60
        set -g __hub_names (hub completions --operations "$below" $which 2>/dev/null </dev/null)
        set -g __hub_key $key
        set -g __hub_asked $now
    end
    printf '%s\\n' $__hub_names
end

${nodes.flatMap(completions).join("\n")}
`;
}

function completions(
  { path, commands, choices, options, takesOperation }: CompletionNode,
): string[] {
  const at = `complete -c hub -n ${quoted(`__hub_at ${quoted(path)}`)}`;
  const wants = `complete -c hub -n ${quoted(`__hub_wants ${quoted(path)}`)}`;
  return [
    ...[...commands, ...choices].map(({ word, description }) =>
      `${at} -f -a ${quoted(word)}${description === "" ? "" : ` -d ${quoted(description)}`}`
    ),
    ...(takesOperation ? [`${wants} -f -a '(__hub_operations)'`] : []),
    ...options.map((option) => `${at} ${optionText(option)}`),
  ];
}

function optionText({ word, description, takesValue }: OptionCandidate): string {
  const name = word.replace(/^--/, "");
  return `-l ${name}${takesValue ? " -r" : ""} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
