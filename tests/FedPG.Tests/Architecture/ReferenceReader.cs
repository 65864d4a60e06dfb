using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace FedPG.Tests.Architecture;

/// <summary>Collects the top-level types that handles and signatures name.</summary>
/// <param name="reader">The assembly's metadata.</param>
internal sealed class ReferenceReader(MetadataReader reader) : ISignatureTypeProvider<bool, object?>
{
    /// <summary>Where names go.</summary>
    public HashSet<TypeName> Into { get; set; } = [];

    /// <summary>The top-level type around a type; null for what has no namespace.</summary>
    public TypeName? NameOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer ? NameOf(outer) : Name(type.Namespace, type.Name);
    }

    /// <summary>Adds what a handle names.</summary>
    public void Add(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Add(NameOf((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                Add(NameOf((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Add(NameOf(reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()));
                break;
            case HandleKind.FieldDefinition:
                Add(NameOf(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()));
                break;
            case HandleKind.MemberReference:
                Add(reader.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(method.Method);
                method.DecodeSignature(this, null);
                break;
        }
    }

    public bool GetTypeFromDefinition(MetadataReader _, TypeDefinitionHandle handle, byte rawTypeKind) => Add(NameOf(handle));

    public bool GetTypeFromReference(MetadataReader _, TypeReferenceHandle handle, byte rawTypeKind) => Add(NameOf(handle));

    public bool GetTypeFromSpecification(MetadataReader _, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, null);

    public bool GetSZArrayType(bool elementType) => true;

    public bool GetArrayType(bool elementType, ArrayShape shape) => true;

    public bool GetByReferenceType(bool elementType) => true;

    public bool GetPointerType(bool elementType) => true;

    public bool GetPinnedType(bool elementType) => true;

    public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

    public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

    public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

    public bool GetGenericMethodParameter(object? genericContext, int index) => true;

    public bool GetGenericTypeParameter(object? genericContext, int index) => true;

    public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

    private TypeName? NameOf(TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        return type.ResolutionScope is { Kind: HandleKind.TypeReference, IsNil: false } outer
            ? NameOf((TypeReferenceHandle)outer)
            : Name(type.Namespace, type.Name);
    }

    private TypeName? Name(StringHandle space, StringHandle name) =>
        space.IsNil ? null : new(reader.GetString(space), reader.GetString(name));

    private bool Add(TypeName? name) => name is { } known && Into.Add(known);
}
