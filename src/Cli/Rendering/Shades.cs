using FedPG.Envs.Tabular;

namespace FedPG.Cli.Rendering;

/// <summary>Colours of values: from almost white to a blue that black is still legible on.</summary>
internal static class Shades
{
    private static readonly (double R, double G, double B)[] Ramp = [(247, 251, 255), (198, 219, 239), (126, 180, 220), (66, 139, 202)];

    /// <summary>The colour 0xRRGGBB of a place between 0 and 1.</summary>
    public static uint At(double share)
    {
        double place = Math.Clamp(double.IsFinite(share) ? share : 0, 0, 1) * (Ramp.Length - 1);
        int below = Math.Min((int)place, Ramp.Length - 2);
        double t = place - below;
        ((double r0, double g0, double b0), (double r1, double g1, double b1)) = (Ramp[below], Ramp[below + 1]);
        return ((uint)Math.Round(r0 + (t * (r1 - r0))) << 16) | ((uint)Math.Round(g0 + (t * (g1 - g0))) << 8) | (uint)Math.Round(b0 + (t * (b1 - b0)));
    }

    /// <summary>The least and the largest value among the states that can be acted in and be reached from the start.</summary>
    public static (double Least, double Most) Range(Subject subject)
    {
        FiniteMdp mdp = subject.Mdp!;
        bool[] reached = Reached(mdp, mdp.Agents[subject.Agent].Kernel);
        double[] values = [.. subject.Values!.Where((_, s) => reached[s] && !mdp.Terminal[s])];
        return values.Length == 0 ? (0, 0) : (values.Min(), values.Max());
    }

    /// <summary>Which states can be reached from the start by some actions.</summary>
    private static bool[] Reached(FiniteMdp mdp, TransitionKernel kernel)
    {
        bool[] reached = [.. mdp.Initial.Select(p => p > 0)];
        var queue = new Queue<int>(Enumerable.Range(0, mdp.States).Where(s => reached[s]));
        while (queue.TryDequeue(out int state))
        {
            for (int a = 0; a < mdp.Actions; a++)
            {
                foreach (int next in kernel.Next((state * mdp.Actions) + a))
                {
                    if (reached[next]) continue;
                    reached[next] = true;
                    queue.Enqueue(next);
                }
            }
        }
        return reached;
    }

    /// <summary>Where a value lies in a range, 0 to 1.</summary>
    public static double Share(double value, (double Least, double Most) range) => range.Most > range.Least ? (value - range.Least) / (range.Most - range.Least) : 0.5;
}
