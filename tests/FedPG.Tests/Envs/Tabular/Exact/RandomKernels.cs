using CsCheck;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;

namespace FedPG.Tests.Envs.Tabular.Exact;

/// <summary>Random sparse kernels, policies and distributions.</summary>
internal static class RandomKernels
{
    /// <summary>One of the values, each as likely.</summary>
    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(k => values[k]);

    /// <summary>A kernel with so many draws of a successor a row, where each state is absorbing with a given probability.</summary>
    public static TransitionKernel Kernel(RandomSequence random, int states, int actions, int branching, double absorbing)
    {
        bool[] ends = [.. Numbers(random, states).Select(u => u < absorbing)];
        return TransitionKernel.Create(states, actions, (s, _) => ends[s]
            ? [(s, 1)]
            : Simplex(random, branching).Select(w => ((int)(random.NextDouble() * states), w)).ToArray());
    }

    /// <summary>pi, [S, A]; deterministic, or uniform on the simplex.</summary>
    public static double[] Policy(RandomSequence random, int states, int actions, bool deterministic)
    {
        if (!deterministic) return [.. Enumerable.Range(0, states).SelectMany(_ => Simplex(random, actions))];
        double[] policy = new double[states * actions];
        for (int s = 0; s < states; s++) policy[(s * actions) + (int)(random.NextDouble() * actions)] = 1;
        return policy;
    }

    public static double[] Numbers(RandomSequence random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];

    public static double[] Simplex(RandomSequence random, int count)
    {
        double[] weights = [.. Numbers(random, count).Select(u => -Math.Log(u))];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}
