using System.Text;
using System.Text.Json.Nodes;
using FedPG.Cluster.Wire;
using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Execution;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Cluster.Worker;

/// <summary>
/// A run that this worker holds blocks of: the same experiment as the server's, made from its resolved file. Thread-safe.
/// </summary>
internal sealed class WorkerSession
{
    private const int KeptPrograms = 4;
    private readonly Algorithm _algorithm;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, IReadOnlyList<AgentCall>> _programs = [];

    private WorkerSession(Guid id, string hash, Experiment experiment)
    {
        (Id, Hash, Experiment) = (id, hash, experiment);
        _algorithm = experiment.CreateAlgorithm();
        Format = new TensorFormat(experiment.Dtype, CPU);
        using (Policy policy = experiment.CreatePolicy(Format)) Parameters = policy.Layout.SharedLength;
        Participation = new RoundParticipation(
            experiment.Environment.AgentNames.Count, experiment.Federation.Participation, experiment.Federation.LocalStepCounts,
            experiment.Seed);
        Blocks = new BlockFactory(experiment, _algorithm, Format);
    }

    /// <summary>The run, by the process that does it.</summary>
    public Guid Id { get; }

    /// <summary>The hash of the resolved experiment.</summary>
    public string Hash { get; }

    /// <summary>The experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>The type of tensors.</summary>
    public TensorFormat Format { get; }

    /// <summary>d, without the personal ones, which no message holds.</summary>
    public long Parameters { get; }

    /// <summary>What of the agents' state are parameters of their own; null where thetabar serves all.</summary>
    public string? OwnParameters => _algorithm.OwnParameters;

    /// <summary>N.</summary>
    public int Agents => Experiment.Environment.AgentNames.Count;

    /// <summary>Who is there in which round.</summary>
    public RoundParticipation Participation { get; }

    /// <summary>How messages are written.</summary>
    public MessageFormat Messages => Experiment.Federation.Messages;

    /// <summary>Makes blocks.</summary>
    public BlockFactory Blocks { get; }

    /// <summary>Reads the experiment that a server offers.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="software">What runs here.</param>
    /// <exception cref="RefusedException">Nothing can be computed here for that run; says why.</exception>
    public static WorkerSession Open(SessionOffer offer, Software software)
    {
        if (software.MismatchWith(offer.Software) is { } mismatch) throw new RefusedException(mismatch);
        if (ResolvedExperiment.HashOf(offer.Experiment) != offer.Hash)
            throw new RefusedException("the experiment does not have the hash that was sent with it");
        string folder = Directory.CreateTempSubdirectory("fedpg-").FullName;
        try
        {
            var document = (JsonObject)JsonNode.Parse(offer.Experiment)!;
            ThrowIfReachingHere(document, offer.Files);
            var files = new List<string>();
            foreach (OfferedFile file in offer.Files)
            {
                // The name is the server's: nothing but its last part may say where the file goes.
                string path = Path.Combine(folder, $"{files.Count}-{Path.GetFileName(file.Name)}");
                File.WriteAllBytes(path, file.Bytes);
                files.Add($"{file.KeyPath}={path}");
            }
            Experiment experiment = ExperimentReader.Default.Read(
                JsonDocuments.Parse(Encoding.UTF8.GetBytes(document.ToJsonString()), "the run"), "the run", folder, files);
            string own = ResolvedExperiment.HashOf(ResolvedExperiment.BytesOf(experiment, offer.Files));
            return own == offer.Hash
                ? new WorkerSession(offer.Session, offer.Hash, experiment)
                : throw new RefusedException(
                    $"the experiment resolves to something else here: its hash is {own[..12]}..., and the run's is "
                        + $"{offer.Hash[..12]}...; are both of one build?");
        }
        catch (InvalidInputException e)
        {
            throw new RefusedException(string.Join("; ", e.Errors.Select(f => f.ToString())));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// The experiment is somebody else's: it may name no plug-in, which would run here, and no file but those that came with it, since what
    /// is said of a file that cannot be read tells what is in it.
    /// </summary>
    private static void ThrowIfReachingHere(JsonObject document, OfferedFile[] files)
    {
        if (document.ContainsKey(ResolvedExperiment.PluginsKey))
            throw new RefusedException("the run names plug-ins to load, and a worker loads none but those of its own command line");
        OfferedFile? other = Array.Find(files, f => f.KeyPath != ResolvedExperiment.MdpKeyPath);
        if (other is not null)
            throw new RefusedException(
                $"the run sends a file for \"{other.KeyPath}\", and a worker takes one for {ResolvedExperiment.MdpKeyPath} only");
        JsonObject? environment = document["environment"] as JsonObject;
        bool namesMap = environment?["options"] is JsonObject options && options[MapFile.Key] is JsonValue map
            && map.TryGetValue(out string? name) && MapFile.IsFile(name);
        if (namesMap || (environment?["mdp"] is not null && files.Length == 0))
            throw new RefusedException("the run names a file of this machine");
    }

    /// <summary>The function that a call names.</summary>
    /// <exception cref="RefusedException">This worker's algorithm asks for something else there.</exception>
    public AgentCall Find(CallName name)
    {
        IReadOnlyList<AgentCall> program = ProgramOf(name.Program);
        if (name.Index < 0 || name.Index >= program.Count)
            throw new RefusedException(
                $"the server makes call {name.Index} ({name}), and the algorithm has {program.Count} calls in that round here; {Rule}");
        AgentCall found = program[name.Index];
        return (found.Kind, found.Name, found.Round) == (name.Kind, name.Name, name.Round)
            ? found
            : throw new RefusedException(
                $"the server's call {name.Index} is {name}, and here it is {found.Kind} \"{found.Name}\" of round {found.Round}; {Rule}");
    }

    private const string Rule =
        "what an algorithm asks of agents must follow from its options and the round alone, never from the server's numbers";

    private IReadOnlyList<AgentCall> ProgramOf(int round)
    {
        lock (_lock)
        {
            if (_programs.TryGetValue(round, out IReadOnlyList<AgentCall>? known)) return known;
            using Tensor theta = zeros(Parameters, dtype: Format.Dtype);
            IReadOnlyList<AgentCall> program = RoundProgram.Of(_algorithm, round, Agents, Participation.IsEveryone, theta);
            if (_programs.Count == KeptPrograms) _programs.Remove(_programs.Keys.Min());
            return _programs[round] = program;
        }
    }
}

/// <summary>What is asked for cannot be done here, and could not if it were asked again.</summary>
/// <param name="message">Why.</param>
internal sealed class RefusedException(string message) : Exception(message);
