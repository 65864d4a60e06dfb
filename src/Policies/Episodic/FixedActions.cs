using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Policies.Heads;

namespace FedPG.Policies.Episodic;

/// <summary>A policy that looks at nothing: it draws every action from one distribution. Immutable.</summary>
internal abstract class FixedActions
{
    /// <summary>The numbers in an action.</summary>
    public abstract int Size { get; }

    /// <summary>The most steps for which a trajectory's stream has random numbers.</summary>
    public abstract int MaxSteps { get; }

    /// <summary>E log pi: minus the entropy.</summary>
    public abstract double MeanLog { get; }

    /// <summary>Discrete actions by their probabilities.</summary>
    /// <param name="probabilities">[A], summing to one.</param>
    public static FixedActions Of(IReadOnlyList<double> probabilities) => new Chosen([.. probabilities]);

    /// <summary>Uniform on a bounded box.</summary>
    public static FixedActions UniformOn(Box box) => new UniformNumbers(box);

    /// <summary>Normal around 0, each number on its own; what steps the environment clips it.</summary>
    /// <param name="size">The numbers in an action.</param>
    /// <param name="deviation">sigma, above 0.</param>
    public static FixedActions Gaussian(int size, double deviation) => new NormalNumbers(size, deviation);

    /// <summary>Draws an action and returns its log pi.</summary>
    /// <param name="key">Which random numbers to use.</param>
    /// <param name="action">The action, overwritten.</param>
    public abstract double Draw(in ActionKey key, Span<double> action);

    private sealed class Chosen(double[] probabilities) : FixedActions
    {
        public override int Size => 1;

        public override int MaxSteps => SoftmaxHeads.MaxSteps;

        public override double MeanLog => probabilities.Sum(p => p == 0 ? 0 : p * Math.Log(p));

        public override double Draw(in ActionKey key, Span<double> action)
        {
            double left = ActionDraws.Unit(key);
            int last = 0;
            for (int a = 0; a < probabilities.Length; a++)
            {
                if (probabilities[a] == 0) continue;
                last = a;
                left -= probabilities[a];
                if (left < 0) break;
            }
            action[0] = last;
            return Math.Log(probabilities[last]);
        }
    }

    private sealed class UniformNumbers(Box box) : FixedActions
    {
        private readonly double _log = -Enumerable.Range(0, box.Size).Sum(k => Math.Log(box.High[k] - box.Low[k]));

        public override int Size => box.Size;

        public override int MaxSteps => StreamKey.MaximumDraw / Normals.Draws(box.Size);

        public override double MeanLog => _log;

        public override double Draw(in ActionKey key, Span<double> action)
        {
            // As many draws a step as whole numbers of four hold the action.
            int first = key.Step * Normals.Draws(box.Size) * Normals.PerDraw;
            for (int k = 0; k < box.Size; k++)
                action[k] = box.Low[k] + ((box.High[k] - box.Low[k]) * ActionDraws.Unit(key with { Step = first + k }));
            return _log;
        }
    }

    private sealed class NormalNumbers(int size, double deviation) : FixedActions
    {
        private static readonly double LogRootTwoPi = 0.5 * Math.Log(2 * Math.PI);

        public override int Size => size;

        public override int MaxSteps => GaussianHeads.MaxSteps(size);

        public override double MeanLog => -size * (0.5 + Math.Log(deviation) + LogRootTwoPi);

        public override double Draw(in ActionKey key, Span<double> action)
        {
            Normals.Fill(key.Stream, key.Trajectory, ActionKey.SeedDraw + 1 + (key.Step * Normals.Draws(size)), action[..size]);
            double log = 0;
            for (int k = 0; k < size; k++)
            {
                log -= (0.5 * action[k] * action[k]) + Math.Log(deviation) + LogRootTwoPi;
                action[k] *= deviation;
            }
            return log;
        }
    }
}
