using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Heads;

/// <summary>
/// What Gaussian policies have in common: a head is mu and log sigma, [2 k], of the k numbers of an action a = mu + sigma eps.
/// </summary>
internal static class GaussianHeads
{
    private static readonly double LogRootTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>The most steps for which there are random numbers.</summary>
    public static int MaxSteps(int actionSize) => StreamKey.MaximumDraw / Normals.Draws(actionSize);

    /// <summary>
    /// The constant part of log pi, and log sigma where it is fixed, [2, k], as a tensor: a Scalar of TorchSharp is not safe.
    /// </summary>
    public static Tensor Constants(int actionSize, double standardDeviation, TensorFormat format)
    {
        double[,] constants = new double[2, actionSize];
        for (int k = 0; k < actionSize; k++) (constants[0, k], constants[1, k]) = (LogRootTwoPi, Math.Log(standardDeviation));
        return format.Constant(constants);
    }

    /// <summary>Draws an action and returns its log pi.</summary>
    public static double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int size = head.Length / 2;
        Normals.Fill(key.Stream, key.Trajectory, ActionKey.SeedDraw + 1 + (key.Step * Normals.Draws(size)), action[..size]);
        double log = 0;
        for (int k = 0; k < size; k++)
        {
            (double mean, double logDeviation, double noise) =
                (double.CreateTruncating(head[k]), double.CreateTruncating(head[size + k]), action[k]);
            // Rounded as torch will see it, so that both know the same action.
            action[k] = double.CreateTruncating(T.CreateTruncating(mean + (Math.Exp(logDeviation) * noise)));
            log -= (0.5 * noise * noise) + logDeviation + LogRootTwoPi;
        }
        return log;
    }

    /// <summary>The mean.</summary>
    public static void Mode<T>(ReadOnlySpan<T> head, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k < action.Length; k++) action[k] = double.CreateTruncating(head[k]);
    }

    /// <summary>E log pi: minus the entropy.</summary>
    public static double MeanLog<T>(ReadOnlySpan<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double log = 0;
        for (int k = head.Length / 2; k < head.Length; k++) log -= 0.5 + double.CreateTruncating(head[k]) + LogRootTwoPi;
        return log;
    }

    /// <summary>Heads [n, M, 2 k] from means [n, M, k] and log sigma: learnt ones [n, k], or the constants'.</summary>
    public static Tensor Join(Tensor means, Tensor? logDeviations, Tensor constants)
    {
        Tensor logs = logDeviations is null ? constants.narrow(0, 1, 1).unsqueeze(0) : logDeviations.unsqueeze(1);
        return cat([means, logs.expand(means.shape)], -1);
    }

    /// <summary>
    /// KL(from, to), [n, M]: the sum over numbers of an action of log(sigma' / sigma) + (sigma^2 + (mu - mu')^2) / (2 sigma'^2) - 1/2.
    /// </summary>
    public static Tensor Divergences(Tensor from, Tensor to)
    {
        long size = to.shape[^1] / 2;
        Tensor logs = to.narrow(-1, size, size), wider = logs - from.narrow(-1, size, size);
        Tensor apart = (to.narrow(-1, 0, size) - from.narrow(-1, 0, size)) * logs.neg().exp();
        // sigma^2 / sigma'^2 - 1 in one piece: divergences are often smaller than what 1 rounds to.
        return wider.Plus(wider.Times(-2).expm1().Plus(apart * apart).Times(0.5)).sum(-1);
    }

    /// <summary>log pi [n, M] of actions [n, M, k].</summary>
    public static Tensor LogProbabilities(Tensor heads, Tensor actions, Tensor constants)
    {
        long size = actions.shape[^1];
        Tensor means = heads.narrow(-1, 0, size), logs = heads.narrow(-1, size, size);
        Tensor noise = (actions - means) * logs.neg().exp();
        return ((noise * noise).Times(-0.5) - logs - constants.narrow(0, 0, 1).unsqueeze(0)).sum(-1);
    }
}
