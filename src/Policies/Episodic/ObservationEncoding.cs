using System.Numerics;
using FedPG.Envs;
using FedPG.Policies.Networks;

namespace FedPG.Policies.Episodic;

/// <summary>
/// What a policy sees of an observation: the numbers of a <see cref="Box"/> as they are, a <see cref="Discrete"/> value one-hot, and a
/// <see cref="MultiDiscrete"/> one as one-hot vectors one after another; of <see cref="NamedSpaces"/> each part so, but nothing of a part
/// that has one value only. Where a policy is told of the agent, its context follows; where
/// contexts are places and a state's number is observed, the state's own place stands between the two. Immutable.
/// </summary>
public sealed class ObservationEncoding
{
    private readonly Part[] _parts;
    private readonly int _observed, _placed;

    /// <summary>The encoding of a space.</summary>
    /// <param name="space">The observation space.</param>
    /// <param name="contexts">What is told of each agent; null (the default) for nothing.</param>
    /// <exception cref="NotSupportedException">The space is none of the four.</exception>
    public ObservationEncoding(Space space, AgentContexts? contexts = null)
    {
        (Space, Contexts) = (space, contexts);
        _parts = [.. PartsOf(space)];
        _observed = _parts.Sum(part => part.Size);
        _placed = space is Discrete states && contexts?.PlacedStates == states.Count ? contexts.Size : 0;
        Size = _observed + _placed + (contexts?.Size ?? 0);
    }

    /// <summary>The observation space.</summary>
    public Space Space { get; }

    /// <summary>What is told of each agent; null for nothing.</summary>
    public AgentContexts? Contexts { get; }

    /// <summary>m, the numbers a policy sees, those of the context included.</summary>
    public int Size { get; }

    /// <summary>How many of them, the last ones, are the context and the state's own place; 0 without contexts.</summary>
    internal int ContextNumbers => Size - _observed;

    /// <summary>How many of them are not zero in general: what first weights are scaled by.</summary>
    public int ActiveNumbers => _parts.Sum(part => part.Counts?.Length ?? part.Size) + _placed + (Contexts?.ActiveNumbers ?? 0);

    /// <summary>
    /// The first part that is an image: a box of three indices, whose numbers stand first among those seen; null where there is none.
    /// </summary>
    public Box? Image => (Space is NamedSpaces named ? named.Parts[0].Space : Space) is Box { Shape.Count: 3 } box ? box : null;

    /// <summary>Writes what an agent's policy sees of an observation.</summary>
    /// <param name="observation">As many numbers as the space has.</param>
    /// <param name="agent">The agent, in the environment that the policy was made for; not used without contexts.</param>
    /// <param name="seen">m numbers, overwritten.</param>
    /// <exception cref="EnvironmentContractException">A whole number lies outside its space: the environment is at fault.</exception>
    public void Encode<T>(ReadOnlySpan<double> observation, int agent, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Contexts is null)
        {
            Encode(observation, seen);
            return;
        }
        Observed(observation, seen[.._observed]);
        for (int k = 0; k < _placed; k++) seen[_observed + k] = T.CreateTruncating(Contexts.Place((int)observation[0], k));
        for (int k = 0; k < Contexts.Size; k++) seen[_observed + _placed + k] = T.CreateTruncating(Contexts[agent, k]);
    }

    /// <summary>Writes what is seen of an observation, by a policy that is told of no agent.</summary>
    /// <param name="observation">As many numbers as the space has.</param>
    /// <param name="seen">m numbers, overwritten.</param>
    /// <exception cref="EnvironmentContractException">A whole number lies outside its space: the environment is at fault.</exception>
    /// <exception cref="InvalidOperationException">There are contexts, so that what is seen depends on the agent.</exception>
    public void Encode<T>(ReadOnlySpan<double> observation, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Contexts is not null) throw new InvalidOperationException("what the policy sees depends on the agent, and none is named");
        Observed(observation, seen);
    }

    /// <summary>
    /// Which shared parameters an agent's networks meet, [ds]; null for all, and for networks whose first layer is no matrix of what is
    /// seen.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="layout">The parameters.</param>
    internal bool[]? TouchedBy(int agent, ParameterLayout layout)
    {
        if (Contexts?.IsOneHot != true) return null;
        ParameterSlice[] first = [.. layout.Slices.Where(slice => slice is { Shape: [var inputs, _] } && inputs == Size
            && slice.Name is "layer0.weight" or TwoNetworks.CriticPrefix + "layer0.weight")];
        return first.Length == 0 ? null : layout.WithOwnRows(first, _observed + _placed, agent);
    }

    private void Observed<T>(ReadOnlySpan<double> observation, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Part part in _parts)
        {
            ReadOnlySpan<double> numbers = observation.Slice(part.First, part.Observed);
            if (part.Counts is null)
            {
                for (int k = 0; k < numbers.Length; k++) seen[k] = T.CreateTruncating(numbers[k]);
            }
            else
            {
                OneHot(numbers, part.Counts, seen[..part.Size]);
            }
            seen = seen[part.Size..];
        }
    }

    private void OneHot<T>(ReadOnlySpan<double> values, int[] counts, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        seen.Clear();
        int first = 0;
        for (int k = 0; k < counts.Length; k++)
        {
            double value = values[k];
            if (!(value >= 0 && value < counts[k]))
            {
                throw new EnvironmentContractException(
                    FormattableString.Invariant($"gave the observation {value}, which is not in {Space}"));
            }
            seen[first + (int)value] = T.One;
            first += counts[k];
        }
    }

    private static IEnumerable<Part> PartsOf(Space space)
    {
        int first = 0;
        foreach (Space part in space is NamedSpaces named ? named.Parts.Select(part => part.Space) : [space])
        {
            int[]? counts = part switch
            {
                Box => null,
                Discrete discrete => [discrete.Count],
                MultiDiscrete several => [.. several.Counts],
                _ => throw new NotSupportedException($"nothing encodes observations in {space}"),
            };
            // A value that is always the same tells nothing; a space that is nothing else keeps it.
            if (space is not NamedSpaces || counts is not [1]) yield return new Part(first, part.Size, counts, counts?.Sum() ?? part.Size);
            first += part.Size;
        }
    }

    /// <summary>A part of the observation.</summary>
    /// <param name="First">Where its numbers begin.</param>
    /// <param name="Observed">How many there are.</param>
    /// <param name="Counts">How many values each has; null for numbers that are seen as they are.</param>
    /// <param name="Size">The numbers seen of it.</param>
    private sealed record Part(int First, int Observed, int[]? Counts, int Size);
}
