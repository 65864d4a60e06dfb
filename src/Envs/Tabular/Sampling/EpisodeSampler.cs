using System.Text.Json.Serialization;
using FedPG.Core.Statistics;
using FedPG.Core.Streams;

namespace FedPG.Envs.Tabular.Sampling;

/// <summary>What the episodes of one agent showed.</summary>
/// <param name="Episodes">How many there were.</param>
/// <param name="Steps">Transitions, up to termination or truncation.</param>
/// <param name="Return">The mean of the undiscounted sum of rewards.</param>
/// <param name="ReturnError">Its standard error; null for a single episode.</param>
/// <param name="Cost">
/// The mean of the discounted sum of costs; a terminated episode goes on paying its terminal state's cost up to the length, as in training.
/// It estimates J_i but for what comes after the length.
/// </param>
/// <param name="CostError">Its standard error; null for a single episode.</param>
public sealed record EpisodeStatistics(int Episodes, long Steps, double Return, double? ReturnError, double Cost, double? CostError)
{
    /// <summary>The mean number of steps.</summary>
    public double Length => (double)Steps / Episodes;

    /// <summary>Its standard error; null for a single episode.</summary>
    public double? LengthError { get; init; }

    /// <summary>
    /// The share of episodes that succeeded; null, and left out of JSON, where the environment says nothing of success
    /// (<see cref="FederatedEnvironment.SuccessAbove"/>).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SuccessRate { get; init; }
}

/// <summary>
/// Plays whole episodes of a finite MDP under a policy given as a table, to see what it is worth: one episode after another, step by step,
/// with 52 random bits a choice. Slower than the sampler of gradients, and independent of it. Stateless; safe to share between threads.
/// </summary>
/// <param name="mdp">All agents' MDPs.</param>
/// <param name="objective">How rewards become costs.</param>
internal sealed class EpisodeSampler(FiniteMdp mdp, Objective objective)
{
    /// <summary>The longest episode: what a stream has numbers for.</summary>
    public const int LongestEpisode = StreamKey.MaximumDraw;

    /// <summary>Plays one agent's episodes.</summary>
    /// <param name="agent">i, in [0, N).</param>
    /// <param name="probabilities">pi(a|s), [S, A] row by row.</param>
    /// <param name="episodes">How many, at least 1; episode k draws from trajectory k of the agent's stream.</param>
    /// <param name="length">Steps after which an episode is truncated, 1 to <see cref="LongestEpisode"/>.</param>
    /// <param name="seed">The experiment's seed; the stream is that of
    /// <see cref="StreamPurpose.Episodes"/>, which nothing else draws from.</param>
    public EpisodeStatistics Play(int agent, ReadOnlySpan<double> probabilities, int episodes, int length, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(episodes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestEpisode);
        if (probabilities.Length != mdp.States * mdp.Actions)
            throw new ArgumentException($"{probabilities.Length} probabilities for {mdp.States} states and {mdp.Actions} actions",
                nameof(probabilities));
        var key = new StreamKey(seed, StreamPurpose.Episodes, agent, 0, 0);
        var (returns, costs, lengths) = (new Moments(), new Moments(), new Moments());
        (long steps, int successes) = (0, 0);
        for (int k = 0; k < episodes; k++)
        {
            (int played, double reward, double cost, bool terminated) = Episode(mdp.Agents[agent], probabilities, key, k, length);
            steps += played;
            returns.Add(reward);
            costs.Add(cost);
            lengths.Add(played);
            if (terminated && reward > mdp.SuccessAbove) successes++;
        }
        return new EpisodeStatistics(episodes, steps, returns.Mean, returns.StandardError, costs.Mean, costs.StandardError)
        {
            LengthError = lengths.StandardError,
            SuccessRate = mdp.SuccessAbove is null ? null : (double)successes / episodes,
        };
    }

    private (int Steps, double Return, double Cost, bool Terminated) Episode(
        AgentMdp agent, ReadOnlySpan<double> probabilities, in StreamKey key, int episode, int length)
    {
        (uint w0, uint w1, _, _) = key.Draw(episode, 0);
        int state = Choose(mdp.Initial, Uniform(w0, w1));
        (double reward, double cost, double discount) = (0, 0, 1);
        int steps = 0;
        for (int t = 0; t < length; t++, discount *= mdp.Discount)
        {
            if (mdp.Terminal[state])
            {
                // Reward 0 from here on: what is left of the geometric sum is paid at once.
                cost += objective.Cost(0) * discount * (1 - Math.Pow(mdp.Discount, length - t)) / (1 - mdp.Discount);
                break;
            }
            (w0, w1, uint w2, uint w3) = key.Draw(episode, t + 1);
            int row = (state * mdp.Actions) + Choose(probabilities.Slice(state * mdp.Actions, mdp.Actions), Uniform(w0, w1));
            (state, double paid) = Transition(agent, row, Uniform(w2, w3));
            reward += paid;
            cost += discount * objective.Cost(paid);
            steps++;
        }
        return (steps, reward, cost, mdp.Terminal[state]);
    }

    /// <summary>What happens in a row, and what that pays.</summary>
    private static (int Next, double Reward) Transition(AgentMdp agent, int row, double uniform)
    {
        ReadOnlySpan<PaidTransition> outcomes = agent.RewardsByTransition is { } paid ? paid.Of(row) : [];
        if (outcomes.IsEmpty) return (agent.Kernel.Next(row)[Choose(agent.Kernel.Probabilities(row), uniform)], agent.Rewards[row]);
        double sum = 0;
        foreach (PaidTransition outcome in outcomes[..^1])
        {
            sum += outcome.Probability;
            if (uniform < sum) return (outcome.Next, outcome.Reward);
        }
        return (outcomes[^1].Next, outcomes[^1].Reward);
    }

    /// <summary>
    /// The first index at which the sum of probabilities passes a uniform number; the last possible one where rounding leaves it short.
    /// </summary>
    private static int Choose(ReadOnlySpan<double> probabilities, double uniform)
    {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] <= 0) continue;
            sum += probabilities[i];
            last = i;
            if (uniform < sum) return i;
        }
        return last;
    }

    private static double Uniform(uint high, uint low) => ((((ulong)high << 32 | low) >> 12) + 0.5) * (1.0 / (1L << 52));
}
