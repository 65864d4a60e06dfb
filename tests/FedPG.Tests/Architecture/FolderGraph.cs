namespace FedPG.Tests.Architecture;

/// <summary>Which folders name which, with an example of each arrow.</summary>
internal sealed class FolderGraph
{
    private readonly Dictionary<string, SortedDictionary<string, string>> _arrows = [];

    /// <summary>The arrows between the namespaces of one assembly.</summary>
    public static FolderGraph Of(CompiledAssembly assembly)
    {
        var graph = new FolderGraph();
        HashSet<TypeName> own = [.. assembly.Types.Select(t => t.Name)];
        foreach (CompiledType type in assembly.Types)
        {
            foreach (TypeName named in type.References.Where(own.Contains))
                graph.Add(type.Name.Namespace, named.Namespace, $"{type.Name.Name} -> {named.Name}");
        }
        return graph;
    }

    /// <summary>Adds an arrow.</summary>
    public void Add(string from, string to, string example)
    {
        if (from == to) return;
        if (!_arrows.TryGetValue(from, out SortedDictionary<string, string>? targets))
            _arrows[from] = targets = new(StringComparer.Ordinal);
        targets.TryAdd(to, example);
    }

    /// <summary>The arrows that lie on a circle, each with an example; none where folders are layered.</summary>
    public IReadOnlyList<string> Circles() =>
    [
        .. from arrow in _arrows
           from target in arrow.Value
           where Reaches(target.Key, arrow.Key)
           orderby arrow.Key, target.Key
           select $"{arrow.Key} -> {target.Key} ({target.Value})",
    ];

    private bool Reaches(string from, string to)
    {
        var seen = new HashSet<string> { from };
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? folder))
        {
            if (folder == to) return true;
            if (!_arrows.TryGetValue(folder, out SortedDictionary<string, string>? targets)) continue;
            foreach (string next in targets.Keys.Where(seen.Add)) open.Push(next);
        }
        return false;
    }
}
