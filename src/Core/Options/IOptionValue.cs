using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Core.Options;

/// <summary>A type of options with a form of its own in JSON, such as "one number, or a list of one an agent".</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IOptionValue<TSelf>
    where TSelf : IOptionValue<TSelf>
{
    /// <summary>What every such option means beside its own meaning, in sentences; empty (the default) for nothing.</summary>
    static virtual string Rule => "";

    /// <summary>What is allowed, as a JSON schema; an empty one (the default) allows everything.</summary>
    /// <param name="range">The range of each number.</param>
    static virtual JsonObject Form(NumberRange range) => [];

    /// <summary>What is allowed, in words that follow "must be".</summary>
    /// <param name="range">The range of each number.</param>
    static abstract string Allowed(NumberRange range);

    /// <summary>Reads a value.</summary>
    /// <param name="element">What stands in the document; never null or undefined.</param>
    /// <param name="range">The range of each number.</param>
    /// <param name="value">The value, where the method returns true.</param>
    /// <returns>Whether the element is allowed.</returns>
    static abstract bool TryParse(JsonElement element, NumberRange range, out TSelf value);

    /// <summary>The value in JSON, such that <see cref="TryParse"/> reads it back.</summary>
    JsonNode? ToJson();
}
