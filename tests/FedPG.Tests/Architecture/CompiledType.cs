namespace FedPG.Tests.Architecture;

/// <summary>A top-level type by name.</summary>
internal readonly record struct TypeName(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}.{Name}";
}

/// <summary>A compiled type with everything that its code names, nested types and lambdas included.</summary>
internal sealed class CompiledType(TypeName name)
{
    public TypeName Name => name;

    /// <summary>The types that it names: in signatures, fields, attributes, local variables and method bodies.</summary>
    public HashSet<TypeName> References { get; } = [];

    /// <summary>The types that a value is tested for: <c>is</c>, <c>as</c> and patterns.</summary>
    public HashSet<TypeName> Tests { get; } = [];
}
