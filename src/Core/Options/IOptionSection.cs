using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>
/// A type of options that reads itself, because one of its forms in JSON is a section with keys of its own, such as "one number, or
/// { from, to }". Errors in the section then keep the path of their key.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IOptionSection<TSelf>
    where TSelf : IOptionSection<TSelf>
{
    /// <summary>Reads the value; errors go to the reader.</summary>
    /// <param name="reader">The section that the option stands in.</param>
    /// <param name="key">The option's key.</param>
    /// <param name="defaultValue">The value where none is given.</param>
    /// <param name="meaning">What the option is.</param>
    static abstract TSelf Read(OptionReader reader, string key, TSelf defaultValue, string meaning);

    /// <summary>What is allowed, as a JSON schema; an empty one (the default) allows everything.</summary>
    static virtual JsonObject Form() => [];

    /// <summary>The value in JSON, such that <see cref="Read"/> reads it back.</summary>
    JsonNode? ToJson();
}
