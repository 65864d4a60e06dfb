using System.Reflection;
using System.Runtime.CompilerServices;
using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// The law that what a round asks of agents follows from the options and t alone: an algorithm is followed through its first rounds with
/// several made-up sets of numbers, and has to ask for the same functions in the same order each time. Stateless.
/// </summary>
internal static class RoundCheck
{
    private const string Law = "what a round asks of agents must follow from the options and t alone, never from the server's numbers";

    private static readonly int[] Rounds = [Algorithm.StartRound, 0, 1, 2];
    private static readonly double[] Scales = [1e-3, 1, 1e3];

    /// <summary>Refuses an algorithm that breaks the law.</summary>
    /// <param name="name">What is run, for the message.</param>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="agents">N.</param>
    /// <param name="everyone">Whether all agents take part in every round.</param>
    /// <param name="theta">A vector like thetabar, [d]; only its form matters.</param>
    /// <exception cref="InvalidInputException">It asks for other things when the server's numbers are others.</exception>
    public static void Require(string name, Algorithm algorithm, int agents, bool everyone, Tensor theta)
    {
        // As a machine follows that holds blocks: every round by itself.
        IReadOnlyList<AgentCall>[] expected = [.. Rounds.Select(round => RoundProgram.Of(algorithm, round, agents, everyone, theta))];
        foreach (double scale in Scales)
        {
            IReadOnlyList<AgentCall>[] found = RoundProgram.Follow(algorithm, Rounds, new RoundFollower(agents, everyone, theta, scale));
            for (int k = 0; k < Rounds.Length; k++)
            {
                if (ErrorOf(expected[k], found[k]) is not { } error) continue;
                string message = $"{Place(Rounds[k])} {algorithm.GetType().Name} {error}; {Law}";
                throw new InvalidInputException(new ValidationError(name, "federation.algorithm", null, message));
            }
        }
    }

    private static string Place(int round) => round == Algorithm.StartRound ? "before round 0" : $"in round {round}";

    private static string? ErrorOf(IReadOnlyList<AgentCall> expected, IReadOnlyList<AgentCall> found)
    {
        for (int k = 0; k < Math.Min(expected.Count, found.Count); k++)
        {
            (AgentCall a, AgentCall b) = (expected[k], found[k]);
            if ((a.Kind, a.Name, a.Round, a.Entries) != (b.Kind, b.Name, b.Round, b.Entries))
                return $"asks for {a}, or for {b} when the server has other numbers";
            if (a.Function.Method != b.Function.Method) return $"runs another function for {a} when the server has other numbers";
            if (Captured(a.Function.Target, b.Function.Target) is { } name)
                return $"hands the variable \"{name}\" of the server to the function for {a}";
        }
        return expected.Count == found.Count ? null : $"makes {expected.Count} calls, or {found.Count} when the server has other numbers";
    }

    /// <summary>
    /// A variable that a function took along, and that a machine elsewhere would not have: a tensor, the server's state, or a number that
    /// is another when the server's numbers are. Null where there is none.
    /// </summary>
    private static string? Captured(object? expected, object? found)
    {
        if (expected is null || found is null || !expected.GetType().IsDefined(typeof(CompilerGeneratedAttribute))) return null;
        foreach (FieldInfo field in expected.GetType().GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
        {
            object? a = field.GetValue(expected), b = field.GetValue(found);
            bool differs = a switch
            {
                Tensor or ServerState => true,
                IConvertible => !a.Equals(b),
                _ => false,
            };
            if (differs) return field.Name;
            if (Captured(a, b) is { } inner) return inner;
        }
        return null;
    }
}
