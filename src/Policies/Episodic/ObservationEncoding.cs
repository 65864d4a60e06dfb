using System.Numerics;
using FedPG.Envs;

namespace FedPG.Policies.Episodic;

/// <summary>
/// What a policy sees of an observation: the numbers of a <see cref="Box"/> as they are, a <see cref="Discrete"/> value one-hot, and a
/// <see cref="MultiDiscrete"/> one as one-hot vectors one after another. Immutable.
/// </summary>
public sealed class ObservationEncoding
{
    private readonly int[]? _counts;

    /// <summary>The encoding of a space.</summary>
    /// <param name="space">The observation space.</param>
    /// <exception cref="NotSupportedException">The space is none of the three.</exception>
    public ObservationEncoding(Space space)
    {
        Space = space;
        _counts = space switch
        {
            Box => null,
            Discrete discrete => [discrete.Count],
            MultiDiscrete several => [.. several.Counts],
            _ => throw new NotSupportedException($"nothing encodes observations in {space}"),
        };
        Size = _counts?.Sum() ?? space.Size;
    }

    /// <summary>The observation space.</summary>
    public Space Space { get; }

    /// <summary>m, the numbers a policy sees.</summary>
    public int Size { get; }

    /// <summary>How many of them are not zero in general: what first weights are scaled by.</summary>
    public int ActiveNumbers => _counts?.Length ?? Size;

    /// <summary>Writes what is seen of an observation.</summary>
    /// <param name="observation">As many numbers as the space has.</param>
    /// <param name="seen">m numbers, overwritten.</param>
    /// <exception cref="EnvironmentContractException">A whole number lies outside its space: the environment is at fault.</exception>
    public void Encode<T>(ReadOnlySpan<double> observation, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_counts is null)
        {
            for (int k = 0; k < observation.Length; k++) seen[k] = T.CreateTruncating(observation[k]);
            return;
        }
        seen.Clear();
        int first = 0;
        for (int k = 0; k < _counts.Length; k++)
        {
            double value = observation[k];
            if (!(value >= 0 && value < _counts[k])) throw new EnvironmentContractException(FormattableString.Invariant($"gave the observation {value}, which is not in {Space}"));
            seen[first + (int)value] = T.One;
            first += _counts[k];
        }
    }
}
