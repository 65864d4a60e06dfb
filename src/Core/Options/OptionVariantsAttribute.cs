namespace FedPG.Core.Options;

/// <summary>
/// Marks an abstract record whose options follow from a word: in JSON an object such as <c>{ "schedule": "cosine", "to": 0.1 }</c>, in C#
/// one of several records. The word of a record is its <see cref="WordAttribute"/>.
/// </summary>
/// <param name="key">The key of the word.</param>
/// <param name="variants">The records, the one of an object without the word first.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class OptionVariantsAttribute(string key, params Type[] variants) : Attribute
{
    /// <summary>The key of the word.</summary>
    public string Key => key;

    /// <summary>The records.</summary>
    public IReadOnlyList<Type> Variants => variants;

    /// <summary>What the word decides, in a few words.</summary>
    public string Meaning { get; init; } = "which of them it is";

    /// <summary>
    /// The option of the first record for which a number may stand instead of the object; null
    /// (the default) where an object must be written.
    /// </summary>
    public string? NumberStandsFor { get; init; }

    /// <summary>Whether the keys of all records are known whatever the word is; false (the default) refuses those of others.</summary>
    public bool KnowsAllKeys { get; init; }
}
