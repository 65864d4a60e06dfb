namespace FedPG.Cli.Completions;

/// <summary>
/// Scripts of shells. Each asks <c>fedpg "[suggest:POSITION]" "LINE"</c>, which prints a candidate a line; where there is none, the shell
/// completes file names. Stateless.
/// </summary>
internal static class CompletionScripts
{
    private const string Bash = """
        # fedpg completions bash: put this line into ~/.bashrc
        #   source <(fedpg completions bash)
        _fedpg_complete() {
          local word="${COMP_WORDS[COMP_CWORD]}" candidates
          candidates="$(fedpg "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)"
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "${candidates}" -- "${word}"))
        }
        complete -o default -F _fedpg_complete fedpg

        """;

    private const string Zsh = """
        # fedpg completions zsh: put this line into ~/.zshrc
        #   source <(fedpg completions zsh)
        _fedpg_complete() {
          local candidates
          candidates=("${(@f)$(fedpg "[suggest:$((CURSOR))]" "${BUFFER}" 2>/dev/null)}")
          if [[ -n "${candidates[1]}" ]]; then compadd -- "${candidates[@]}"; else _files; fi
        }
        compdef _fedpg_complete fedpg

        """;

    private const string Fish = """
        # fedpg completions fish: put this line into ~/.config/fish/config.fish
        #   fedpg completions fish | source
        function _fedpg_complete
          set -l line (commandline -cp)
          fedpg "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
        end
        complete -c fedpg -a "(_fedpg_complete)"

        """;

    private const string PowerShell = """
        # fedpg completions pwsh: put this line into $PROFILE
        #   fedpg completions pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName fedpg -ScriptBlock {
          param($word, $line, $position)
          fedpg "[suggest:$position]" "$line" 2>$null | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;

    /// <summary>The shells that there are scripts for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>The script of a shell; null for an unknown one.</summary>
    /// <param name="shell">The shell.</param>
    public static string? Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "pwsh" => PowerShell,
        _ => null,
    };
}
