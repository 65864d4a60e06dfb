using System.Globalization;
using System.Numerics;
using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;

namespace FedPG.Experiments.Acting;

/// <summary>Takes an episodic policy of dense layers, or of values linear in features, apart into stages. Stateless.</summary>
internal static class DensePolicy
{
    /// <summary>Heads of a network that was taken apart may differ from the policy's by rounding alone.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>What the names of a critic's parameters begin with where it has a network of its own.</summary>
    private const string CriticPrefix = "critic.";

    /// <summary>The policy of an agent.</summary>
    /// <typeparam name="T">The type of the policy's numbers.</typeparam>
    /// <param name="policy">The policy.</param>
    /// <param name="theta">The parameters, [d].</param>
    /// <param name="activation">The function between layers.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="actions">What the environment takes.</param>
    /// <exception cref="NotSupportedException">The policy is of another make.</exception>
    public static ActingNetwork Of<T>(EpisodicPolicy policy, T[] theta, string activation, int agent, Space actions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] numbers = [.. theta.Select(double.CreateTruncating)];
        ActingNetwork network = policy switch
        {
            ObservationSoftmax => Layers(ActingHead.Logits),
            GaussianPolicy => Layers(ActingHead.Mean) with { LogDeviation = DeviationsOf(policy, theta) },
            ObservationActionValues values => Network(ActingHead.Costs, values.Features.StagesOf(numbers, values.Actions)) with
            {
                Levels = actions is Box ? [.. Enumerable.Range(0, values.Actions).Select(values.ActionOf)] : null,
            },
            _ => throw Unknown(policy),
        };
        network = network with { Stages = Folded(policy.Encoding, network.Stages, agent) };
        Check(policy, theta, agent, network);
        return network;

        ActingNetwork Layers(ActingHead head) => Network(head, LayersOf(policy, numbers, activation));

        ActingNetwork Network(ActingHead head, IReadOnlyList<ActingStage> stages) => new()
        {
            Kind = policy.GetName(),
            Observations = policy.Encoding.Space,
            Actions = actions,
            Head = head,
            Stages = stages,
            Dtype = policy.Format.Dtype,
        };
    }

    private static List<ActingStage> LayersOf(EpisodicPolicy policy, double[] theta, string activation)
    {
        var stages = new List<ActingStage>();
        for (int layer = 0; ; layer++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"layer{layer}");
            ParameterSlice? weight = Slice(policy, $"{name}.weight"), bias = Slice(policy, $"{name}.bias");
            if (weight is not { Shape: [var inputs, var outputs] } || bias is null)
            {
                // Parameters of a make that is not known here must not be left out in silence.
                int own = policy.Layout.Slices.Count(slice => !slice.Name.StartsWith(CriticPrefix, StringComparison.Ordinal));
                int more = (Slice(policy, GaussianPolicy.DeviationName) is null ? 0 : 1)
                    + (Slice(policy, Embeddings.Vector) is null ? 0 : 2) + (UnitOf(policy, theta) is null ? 0 : 4);
                bool whole = layer > 0 && own == (2 * layer) + more;
                return whole ? WithoutValue(policy, stages) : throw Unknown(policy);
            }
            if (layer > 0) stages.Add(new FunctionStage(activation));
            // A memory stands before the last layer.
            if (layer > 0 && UnitOf(policy, theta) is { } unit && Slice(policy, $"layer{layer + 1}.weight") is null) stages.Add(unit);
            double[] turned = Turned(theta, weight);
            double[] added = theta[bias.Offset..(bias.Offset + bias.Length)];
            if (layer == 0) AddEmbedding(policy, theta, added);
            stages.Add(new LinearStage(turned, added, (int)inputs));
        }
    }

    /// <summary>The matrix of a slice as others have it, [out, in]; ours are [in, out].</summary>
    private static double[] Turned(double[] theta, ParameterSlice weight)
    {
        (int inputs, int outputs) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        double[] turned = new double[inputs * outputs];
        for (int i = 0; i < inputs; i++)
        {
            for (int o = 0; o < outputs; o++) turned[(o * inputs) + i] = theta[weight.Offset + (i * outputs) + o];
        }
        return turned;
    }

    /// <summary>The memory of the network that acts; null where it has none.</summary>
    private static GruStage? UnitOf(EpisodicPolicy policy, double[] theta)
    {
        if (Slice(policy, "gru.input.weight") is not { } input || Slice(policy, "gru.hidden.weight") is not { } hidden) return null;
        return new GruStage(Turned(theta, input), BiasOf("input"), Turned(theta, hidden), BiasOf("hidden"));

        double[] BiasOf(string side)
        {
            ParameterSlice bias = Slice(policy, $"gru.{side}.bias")!;
            return theta[bias.Offset..(bias.Offset + bias.Length)];
        }
    }

    /// <summary>What the first layer makes of the agent's own vector is the same for all observations.</summary>
    private static void AddEmbedding(EpisodicPolicy policy, double[] theta, double[] bias)
    {
        if (Slice(policy, Embeddings.Vector) is not { } vector || Slice(policy, Embeddings.Weight) is not { } weight) return;
        for (int k = 0; k < vector.Length; k++)
        {
            for (int o = 0; o < bias.Length; o++) bias[o] += theta[vector.Offset + k] * theta[weight.Offset + (k * bias.Length) + o];
        }
    }

    /// <summary>A critic that shares the network with the actor is the last output, which acting does without.</summary>
    private static List<ActingStage> WithoutValue(EpisodicPolicy policy, List<ActingStage> stages)
    {
        int outputs = policy is GaussianPolicy ? policy.ActionSize : policy.ActorHeadSize;
        var last = (LinearStage)stages[^1];
        if (last.Outputs > outputs)
            stages[^1] = new LinearStage(last.Weight[..(outputs * last.Inputs)], last.Bias![..outputs], last.Inputs);
        return stages;
    }

    private static ParameterSlice? Slice(Policy policy, string name) => policy.Layout.Slices.FirstOrDefault(slice => slice.Name == name);

    /// <summary>log sigma, from the head of any observation: it depends on none.</summary>
    private static double[] DeviationsOf<T>(EpisodicPolicy policy, T[] theta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            HeadOf(policy, theta, new T[policy.ObservationSize])[policy.ActionSize..(2 * policy.ActionSize)];

    /// <summary>
    /// Takes what is told of the agent into the first layer, so that it sees observations alone: of a number that enters one-hot each
    /// column becomes what the layer makes of all that is seen with it.
    /// </summary>
    private static IReadOnlyList<ActingStage> Folded(ObservationEncoding encoding, IReadOnlyList<ActingStage> stages, int agent)
    {
        if (encoding.Contexts is null || stages[0] is not LinearStage first) return stages;
        int observed = encoding.Space is Discrete states
            ? states.Count
            : encoding.Space is MultiDiscrete several ? several.Counts.Sum() : encoding.Space.Size;
        double[] seen = new double[encoding.Size], bias = [.. first.Bias ?? new double[first.Outputs]];
        double[] weight = new double[first.Outputs * observed];
        for (int i = 0; i < observed; i++)
        {
            bool whole = encoding.Space is Discrete;
            if (whole) encoding.Encode([i], agent, seen.AsSpan());
            for (int o = 0; o < first.Outputs; o++)
            {
                ReadOnlySpan<double> row = first.Weight.AsSpan(o * first.Inputs, first.Inputs);
                weight[(o * observed) + i] = whole ? Dot(row, seen) : row[i];
            }
        }
        if (encoding.Space is not Discrete)
        {
            encoding.Encode(new double[encoding.Space.Size], agent, seen.AsSpan());
            for (int o = 0; o < bias.Length; o++)
                bias[o] += Dot(first.Weight.AsSpan((o * first.Inputs) + observed, first.Inputs - observed), seen.AsSpan(observed));
        }
        return [new LinearStage(weight, bias, observed), .. stages.Skip(1)];
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }

    /// <summary>
    /// Compares with the policy itself on a few observations, so that a make that is not known here is not written down wrong.
    /// </summary>
    private static void Check<T>(EpisodicPolicy policy, T[] theta, int agent, ActingNetwork network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] seen = new T[policy.ObservationSize], remembered = new T[policy.MemorySize];
        double[] memory = new double[network.MemorySize];
        for (int trial = 0; trial < 3; trial++)
        {
            double[] observation = policy.Encoding.Space switch
            {
                Discrete states => [trial % states.Count],
                MultiDiscrete several => [.. several.Counts.Select(count => (double)(trial % count))],
                var box => [.. Enumerable.Range(0, box.Size).Select(k => Math.Sin((3 * trial) + k + 1))],
            };
            policy.See<T>(observation, agent, goesOn: true, remembered, seen);
            double[] own = HeadOf(policy, theta, seen), ours = network.Evaluate(observation, memory);
            for (int k = 0; k < remembered.Length; k++) remembered[k] = T.CreateTruncating(own[policy.ActorHeadSize + k]);
            for (int k = 0; k < ours.Length; k++)
            {
                // A head may hold more behind, such as log sigma and a value.
                if (!(Math.Abs(own[k] - ours[k]) <= Tolerance * (1 + Math.Abs(own[k])))) throw Unknown(policy);
            }
        }
    }

    private static double[] HeadOf<T>(EpisodicPolicy policy, T[] theta, T[] seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using IActor<T> actor = policy.CreateActor<T>();
        T[] head = new T[policy.HeadSize];
        actor.SetParameters(theta);
        actor.Heads(seen, 1, head);
        return [.. head.Select(double.CreateTruncating)];
    }

    private static NotSupportedException Unknown(Policy policy) =>
        new($"a policy of kind \"{policy.GetName()}\" with this network cannot be written as layers that others know");
}
