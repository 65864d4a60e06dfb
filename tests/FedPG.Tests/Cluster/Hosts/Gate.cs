using System.Globalization;
using FedPG.Core.Streams;
using FedPG.Tests.Experiments.Plugins;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>
/// Holds a process still at a chosen instant of a run: in the middle of the batch of a given agent, round and local step. A plug-in's
/// environment knows the instant by the seed that it is reset with, and waits there, once, for as long as the test wants. What it computes
/// is the same with and without.
/// </summary>
internal sealed class Gate
{
    /// <summary>The experiment's environment.</summary>
    public const string EnvironmentId = "Gated-v0";

    /// <summary>Where the environment looks for what it is to wait for; processes without the variable wait for nothing.</summary>
    private const string Variable = "FEDPG_TESTS_GATE";

    private const string Source = PluginCompiler.Usings + """
        public sealed class Gated(double wind) : IEnvironment
        {
            private static readonly string Folder = Environment.GetEnvironmentVariable("FEDPG_TESTS_GATE");
            private FedPG.Core.Streams.EpisodeRandom _random;
            private int _cell;
            public Space ObservationSpace { get; } = new Discrete(6);
            public Space ActionSpace { get; } = new Discrete(2);
            public void Reset(long seed, Span<double> observation)
            {
                if (Folder != null) Wait(System.IO.Path.Combine(Folder, seed.ToString()));
                _random = new(seed);
                observation[0] = _cell = 2;
            }
            public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
            {
                int step = _random.NextDouble() < wind ? -1 : action[0] == 0 ? -1 : 1;
                observation[0] = _cell = Math.Clamp(_cell + step, 0, 5);
                return new StepResult(_cell / 5.0, false);
            }
            private static void Wait(string file)
            {
                if (!System.IO.File.Exists(file)) return;
                // Whoever renames it waits; another process that replays the same batch goes on.
                string held = file + ".held";
                try { System.IO.File.Move(file, held); } catch (System.IO.IOException) { return; }
                System.IO.File.WriteAllText(held + ".process", Environment.ProcessId.ToString());
                while (System.IO.File.Exists(held)) System.Threading.Thread.Sleep(1);
            }
        }
        public sealed class GatePlugin : IPlugin
        {
            public void Register(PluginContents contents) => contents.Add(new EpisodicDefinition
            {
                Id = "Gated-v0", Summary = "A walk against the wind that waits when it is told to.", RewardRange = NumberRange.UnitInterval,
                StepLimit = 8,
                Make = parameters =>
                {
                    AgentNumbers wind = parameters.Number("wind", 0.1, NumberRange.UnitInterval, "How hard it blows.", spread: (0, 0.5));
                    return agent => new Gated(wind[agent]);
                },
            });
        }
        """;

    private readonly string _folder;

    /// <param name="folder">Where the test and the environment meet; made if it is not there.</param>
    public Gate(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    /// <summary>Writes the plug-in into a folder, and gives its path.</summary>
    public static string Compile(string folder) => PluginCompiler.Compile(folder, "Gate", Source);

    /// <summary>For processes that wait at the gate.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string> { [Variable] = _folder };

    /// <summary>Sets the gate: the first process that comes to the batch waits there.</summary>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="agent">i.</param>
    /// <param name="round">t, counted as random streams count: the first round's is 0.</param>
    /// <param name="batch">l, or the code of a memory's batch.</param>
    public Hold Set(long seed, int agent, int round, int batch)
    {
        // As rollouts have it: 53 bits of the trajectory's first draw.
        (uint high, uint low, _, _) = new StreamKey(seed, StreamPurpose.Rollout, agent, round, batch).Draw(0, 0);
        string file = Path.Combine(_folder, ((long)((((ulong)high << 32) | low) >> 11)).ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(file, "");
        return new Hold(file);
    }

    /// <summary>One instant at which somebody is to wait.</summary>
    internal sealed record Hold(string File)
    {
        /// <summary>Whether somebody waits there, or has.</summary>
        public bool IsReached => Process != 0;

        /// <summary>The number of the process that waits there, or has; 0 while there is none.</summary>
        public int Process
        {
            get
            {
                string note = File + ".held.process";
                return System.IO.File.Exists(note)
                    && int.TryParse(System.IO.File.ReadAllText(note), CultureInfo.InvariantCulture, out int process) ? process : 0;
            }
        }

        /// <summary>Nobody waits there any more, or ever will.</summary>
        public void Cancel()
        {
            System.IO.File.Delete(File);
            Open();
        }

        /// <summary>Lets it go on.</summary>
        public void Open() => System.IO.File.Delete(File + ".held");
    }
}
