using System.Globalization;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace FedPG.Federation.Rollouts;

/// <summary>
/// Holds an environment to the numbers that it promises: observations within their space, rewards within their declared range, all finite.
/// Whole numbers are held to it exactly. Bounds of boxes and rewards may be passed by rounding, a millionth of the bound, and the last
/// observation of an episode that terminates may leave its box: leaving it may be what ended the episode. An error names where it was:
/// agent, round, step and seed. Nothing is allocated unless there is an error. Immutable.
/// </summary>
internal sealed class PromisedNumbers
{
    private const double Tolerance = 1e-6;
    private readonly Space _space;
    private readonly NumberRange _declared, _rewards;
    private readonly double[] _low, _high;

    /// <summary>Notes what an environment promises.</summary>
    public PromisedNumbers(EpisodicEnvironment environment)
    {
        (_space, _declared) = (environment.ObservationSpace, environment.RewardRange);
        _rewards = new NumberRange(Below(_declared.Minimum), Above(_declared.Maximum));
        var box = _space as Box;
        (_low, _high) = ([.. box?.Low.Select(Below) ?? []], [.. box?.High.Select(Above) ?? []]);
    }

    /// <summary>Whether all numbers are finite.</summary>
    private static bool AreFinite(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            if (!double.IsFinite(number)) return false;
        }
        return true;
    }

    /// <summary>Whether a step gave what is promised.</summary>
    /// <param name="result">What it gave.</param>
    /// <param name="observation">Its observation.</param>
    public bool Hold(in StepResult result, ReadOnlySpan<double> observation) =>
        _rewards.Contains(result.Reward) && Hold(observation, result.Terminated);

    private bool Hold(ReadOnlySpan<double> observation, bool isLast)
    {
        if (_space is not Box) return _space.Contains(observation);
        if (isLast) return AreFinite(observation);
        for (int k = 0; k < observation.Length; k++)
        {
            if (!(observation[k] >= _low[k] && observation[k] <= _high[k]) || double.IsInfinity(observation[k])) return false;
        }
        return true;
    }

    /// <summary>Refuses what a reset gave, where it is not promised.</summary>
    /// <param name="observation">The first observation.</param>
    /// <param name="place">Where it was.</param>
    /// <exception cref="EnvironmentContractException">It is not promised.</exception>
    public void CheckReset(ReadOnlySpan<double> observation, in Place place)
    {
        if (!Hold(observation, isLast: false)) throw Error("observation", observation, Outside(observation), [], place, 0);
    }

    /// <summary>Refuses what a step gave, where it is not promised.</summary>
    /// <param name="result">What it gave.</param>
    /// <param name="observation">Its observation.</param>
    /// <param name="action">What was done.</param>
    /// <param name="place">Where it was.</param>
    /// <param name="step">The number of the step in the episode, from 1.</param>
    /// <exception cref="EnvironmentContractException">
    /// It is not promised although the action is finite. An action that is not finite comes from parameters that are not, which are
    /// reported elsewhere.
    /// </exception>
    public void CheckStep(
        in StepResult result, ReadOnlySpan<double> observation, ReadOnlySpan<double> action, in Place place, int step)
    {
        double reward = result.Reward;
        if (!AreFinite(action) || Hold(result, observation)) return;
        if (_rewards.Contains(reward)) throw Error("observation", observation, Outside(observation), action, place, step);
        string rule = double.IsFinite(reward) ? $", and its rewards are declared as {_declared}" : "";
        throw Error("reward", [reward], rule, action, place, step);
    }

    private static double Below(double bound) => bound - (Tolerance * Math.Max(1, Math.Abs(bound)));

    private static double Above(double bound) => bound + (Tolerance * Math.Max(1, Math.Abs(bound)));

    private string Outside(ReadOnlySpan<double> observation) => AreFinite(observation) ? $", which is not in {_space}," : "";

    private static EnvironmentContractException Error(
        string what, ReadOnlySpan<double> numbers, string rule, ReadOnlySpan<double> action, in Place place, int step)
    {
        string when = step == 0 ? "at a reset" : $"in step {step} of an episode";
        string after = step == 0 ? "" : $" after the action {Text(action)}";
        return new EnvironmentContractException(
            $"gave the {what} {Text(numbers)}{rule}{after} {when} from the seed {place.Seed} ({place})");

        static string Text(ReadOnlySpan<double> numbers)
        {
            string all = string.Join(", ", numbers.ToArray().Select(x => x.ToString("R", CultureInfo.InvariantCulture)));
            return numbers.Length == 1 ? all : $"[{ValidationError.Shorten(all)}]";
        }
    }

    /// <summary>Where an episode is played.</summary>
    /// <param name="Seed">The seed of the episode.</param>
    /// <param name="Agent">The agent's index.</param>
    /// <param name="Round">The round; null where it is not known.</param>
    /// <param name="Purpose">What the episode is for.</param>
    public readonly record struct Place(long Seed, int Agent, int? Round = null, StreamPurpose Purpose = StreamPurpose.Rollout)
    {
        /// <inheritdoc/>
        public override string ToString()
        {
            string round = Round is { } t ? $", round {t}" : "";
            return Purpose == StreamPurpose.Rollout ? $"agent {Agent}{round}" : $"agent {Agent}{round}, in an evaluation";
        }
    }
}
