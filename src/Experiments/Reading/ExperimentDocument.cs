using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Experiments.Reading;

/// <summary>The document of an experiment with the overrides of the command line in their places, before it is read.</summary>
/// <param name="Root">The document, an object.</param>
/// <param name="Errors">Takes what is wrong with it; knows which keys were overridden.</param>
internal sealed record ExperimentDocument(JsonElement Root, ValidationErrors Errors)
{
    /// <summary>Puts overrides into a document.</summary>
    /// <param name="root">The document as it was written.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    /// <exception cref="InvalidInputException">The document is no object, or an override is malformed or has no place in it.</exception>
    public static ExperimentDocument Of(JsonElement root, string source, IReadOnlyList<string> assignments)
    {
        var errors = new ValidationErrors(source);
        KeyOverrides overrides = KeyOverrides.Parse(assignments, errors);
        if (root.ValueKind != JsonValueKind.Object) errors.Add("", root.GetRawText(), "must be an object { ... }");
        else if (assignments.Count > 0)
        {
            var document = (JsonObject)JsonNode.Parse(root.GetRawText(), documentOptions: JsonDocuments.ReadingOptions)!;
            overrides.ApplyTo(document, errors);
            root = JsonSerializer.SerializeToElement(document);
        }
        errors.ThrowIfAny();
        return new ExperimentDocument(root, new ValidationErrors(source, overrides.Paths));
    }

    /// <summary>A reader of the root.</summary>
    public OptionReader Reader() => new(Root, "", Errors);
}
