using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace FedPG.Tests.Architecture;

/// <summary>The types of a library of this repository, read from its metadata and IL; nothing is loaded or run.</summary>
internal sealed class CompiledAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _reader;
    private readonly Dictionary<TypeName, CompiledType> _types = [];

    private CompiledAssembly(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
        Name = _reader.GetString(_reader.GetAssemblyDefinition().Name);
        References = [.. _reader.AssemblyReferences.Select(r => _reader.GetString(_reader.GetAssemblyReference(r).Name))];
        foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions) Read(handle);
    }

    /// <summary>All libraries of this repository that the tests run with, the program included.</summary>
    public static ImmutableArray<CompiledAssembly> All { get; } =
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => Path.GetFileNameWithoutExtension(file) is "fedpg" or ['F', 'e', 'd', 'P', 'G', '.', .. not "Tests"])
            .Order(StringComparer.Ordinal).Select(file => new CompiledAssembly(file)),
    ];

    public string Name { get; }

    /// <summary>The assemblies that it refers to.</summary>
    public ImmutableArray<string> References { get; }

    /// <summary>Its top-level types in namespaces of this repository; what source generators add elsewhere is left out.</summary>
    public IReadOnlyCollection<CompiledType> Types => _types.Values;

    public void Dispose() => _file.Dispose();

    private void Read(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _reader.GetTypeDefinition(handle);
        var references = new ReferenceReader(_reader);
        if (references.NameOf(handle) is not { } name || !name.Namespace.StartsWith("FedPG", StringComparison.Ordinal)) return;
        if (!_types.TryGetValue(name, out CompiledType? found)) _types[name] = found = new CompiledType(name);
        references.Into = found.References;
        if (!type.BaseType.IsNil) references.Add(type.BaseType);
        foreach (InterfaceImplementationHandle k in type.GetInterfaceImplementations())
            references.Add(_reader.GetInterfaceImplementation(k).Interface);
        foreach (GenericParameterHandle k in type.GetGenericParameters()) AddConstraints(references, k);
        AddAttributes(references, type.GetCustomAttributes());
        foreach (FieldDefinitionHandle k in type.GetFields())
        {
            FieldDefinition field = _reader.GetFieldDefinition(k);
            field.DecodeSignature(references, null);
            AddAttributes(references, field.GetCustomAttributes());
        }
        foreach (PropertyDefinitionHandle k in type.GetProperties())
            AddAttributes(references, _reader.GetPropertyDefinition(k).GetCustomAttributes());
        foreach (MethodDefinitionHandle k in type.GetMethods()) Read(_reader.GetMethodDefinition(k), references, found);
    }

    private void Read(MethodDefinition method, ReferenceReader references, CompiledType type)
    {
        method.DecodeSignature(references, null);
        foreach (GenericParameterHandle k in method.GetGenericParameters()) AddConstraints(references, k);
        AddAttributes(references, method.GetCustomAttributes());
        foreach (ParameterHandle k in method.GetParameters()) AddAttributes(references, _reader.GetParameter(k).GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return;
        MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(references, null);
        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            if (!region.CatchType.IsNil) references.Add(region.CatchType);
        }
        foreach ((ILOpCode code, EntityHandle token) in Instructions.Tokens(body.GetILReader()))
        {
            references.Add(token);
            if (code != ILOpCode.Isinst) continue;
            references.Into = type.Tests;
            references.Add(token);
            references.Into = type.References;
        }
    }

    private void AddConstraints(ReferenceReader references, GenericParameterHandle parameter)
    {
        foreach (GenericParameterConstraintHandle k in _reader.GetGenericParameter(parameter).GetConstraints())
            references.Add(_reader.GetGenericParameterConstraint(k).Type);
    }

    private void AddAttributes(ReferenceReader references, CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle k in attributes) references.Add(_reader.GetCustomAttribute(k).Constructor);
    }
}
