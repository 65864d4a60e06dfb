using System.Globalization;
using FedPG.Envs;

namespace FedPG.Federation.Rollouts;

/// <summary>
/// Rewards and observations have to be finite. An error names the seed and the step that show it.
/// </summary>
internal static class FiniteNumbers
{
    /// <summary>Whether all are.</summary>
    public static bool Are(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            if (!double.IsFinite(number)) return false;
        }
        return true;
    }

    /// <summary>Checks what a reset gave.</summary>
    /// <param name="observation">The first observation.</param>
    /// <param name="seed">The seed of the reset.</param>
    /// <exception cref="EnvironmentContractException">It is not finite.</exception>
    public static void Check(ReadOnlySpan<double> observation, long seed)
    {
        if (!Are(observation)) throw Error(seed, 0, "observation", observation, []);
    }

    /// <summary>Checks what a step gave.</summary>
    /// <param name="reward">Its reward.</param>
    /// <param name="observation">Its observation.</param>
    /// <param name="action">What was done.</param>
    /// <param name="seed">The seed of the episode.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <exception cref="EnvironmentContractException">
    /// They are not finite although the action is. An action that is not finite comes from parameters that are not, which are reported
    /// elsewhere.
    /// </exception>
    public static void Check(double reward, ReadOnlySpan<double> observation, ReadOnlySpan<double> action, long seed, int step)
    {
        if (!Are(action) || (double.IsFinite(reward) && Are(observation))) return;
        throw double.IsFinite(reward)
            ? Error(seed, step, "observation", observation, action)
            : Error(seed, step, "reward", [reward], action);
    }

    private static EnvironmentContractException Error(
        long seed, int step, string what, ReadOnlySpan<double> numbers, ReadOnlySpan<double> action)
    {
        string when = step == 0 ? "at a reset" : $"in step {step} of an episode";
        string after = step == 0 ? "" : $" after the action {Text(action)}";
        return new EnvironmentContractException($"gave the {what} {Text(numbers)}{after} {when} from the seed {seed}");

        static string Text(ReadOnlySpan<double> numbers)
        {
            string all = string.Join(", ", numbers.ToArray().Select(x => x.ToString("R", CultureInfo.InvariantCulture)));
            return numbers.Length == 1 ? all : $"[{all}]";
        }
    }
}
