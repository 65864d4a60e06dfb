using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Envs;

/// <summary>
/// An environment whose state is more than a list of numbers to people, and is written as a JSON object: for <c>env trace</c>. Optional.
/// </summary>
internal interface IJsonState : IStatefulEnvironment
{
    /// <summary>The form of a state, in words that follow "must be".</summary>
    string StateForm { get; }

    /// <summary>Puts the environment into a state, in the middle of an episode, and gives what is observed there.</summary>
    /// <param name="state">The state.</param>
    /// <param name="observation">Takes the observation.</param>
    /// <returns>The key path of what is not allowed, and what would be; none where all was.</returns>
    IReadOnlyList<(string Path, string Allowed)> WriteState(JsonElement state, Span<double> observation);

    /// <summary>What the last step came to, as a JSON object.</summary>
    /// <param name="result">What the step gave.</param>
    /// <param name="observation">What was observed after it.</param>
    JsonObject StepJson(in StepResult result, ReadOnlySpan<double> observation);
}
