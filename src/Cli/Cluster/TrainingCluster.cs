using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Cli.Common;
using FedPG.Cluster.Hosting;
using FedPG.Cluster.Server;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Execution;
using FedPG.Federation.Setup;

namespace FedPG.Cli.Cluster;

/// <summary>The cluster that a run is done on; opened when the run's agents are made, so that bad input is found before.</summary>
internal sealed class TrainingCluster : IDisposable
{
    private readonly ClusterSettings _settings;
    private readonly int _workers;
    private readonly int? _blockSize;
    private readonly Action<string> _note;
    private readonly CancellationToken _cancellation;
    private ClusterServer? _server;
    private Sites? _sites;

    private TrainingCluster(ClusterSettings settings, int workers, int? blockSize, Action<string> note, CancellationToken cancellation) =>
        (_settings, _workers, _blockSize, _note, _cancellation) = (settings, workers, blockSize, note, cancellation);

    public static readonly Option<int> Workers = new("--workers")
    {
        Description = "With --cluster: the workers to wait for before the first round.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> SiteList = new("--sites")
    {
        Description =
            "With --cluster: pins agents to sites, in order, one each or NAME:NUMBER. Their environments need be at the sites only "
                + "(fedpg worker --site NAME).",
        HelpName = "NAME[:N],...",
    };

    private static readonly Option<string> Missing = new("--missing-site")
    {
        Description = "With --sites: what becomes of a round when a site is missing.",
        HelpName = "wait|skip|fail",
        DefaultValueFactory = _ => "wait",
    };

    /// <summary>Adds the options to a command.</summary>
    public static void AddTo(Command command)
    {
        CommonOptions.RequireWhole(Workers, 100_000, "must be a whole number of at least 1");
        ClusterOptions.AddTo(command);
        Missing.AcceptOnlyFromAmong("wait", "skip", "fail");
        foreach (Option option in new Option[] { Workers, SiteList, Missing }) command.Options.Add(option);
    }

    /// <summary>The cluster that a command line asks for; null where it asks for none.</summary>
    /// <exception cref="InvalidInputException">The options do not fit together.</exception>
    public static TrainingCluster? Of(ParseResult parsed, int? blockSize, Action<string> note, CancellationToken cancellation)
    {
        if (parsed.GetValue(ClusterOptions.Address) is not null)
            return new TrainingCluster(ClusterOptions.ReadForServer(parsed), parsed.GetValue(Workers), blockSize, note, cancellation)
            {
                _sites = ReadSites(parsed),
            };
        string[] given = [.. ClusterOptions.GivenWithout(parsed),
            .. new Option[] { Workers, SiteList, Missing }.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name)];
        return given.Length == 0
            ? null
            : throw new InvalidInputException(
                [.. given.Select(o => new ValidationError(o, "", null, $"means nothing without {ClusterOptions.Address.Name}"))]);
    }

    /// <summary>What a command line that goes on with the run must say again; empty where it need not be on a cluster.</summary>
    public string Again => _sites is null ? "" : " and the same --cluster and --sites";

    /// <summary>Makes a run's agents.</summary>
    public IFederationAgents CreateAgents(AgentsSetup setup)
    {
        return Server.CreateAgents(setup, _workers, _blockSize, _sites);
    }

    /// <summary>
    /// Where agents are pinned to sites, learns from one of them what their environment looks like, before the experiment is read.
    /// </summary>
    /// <param name="experiment">The experiment's document.</param>
    /// <param name="assignments">What follows <c>--set</c>.</param>
    public void LearnEnvironment(JsonElement experiment, IReadOnlyList<string> assignments)
    {
        if (_sites is null || experiment.ValueKind != JsonValueKind.Object) return;
        var document = JsonObject.Create(experiment)!.DeepClone().AsObject();
        var errors = new ValidationErrors("--set");
        KeyOverrides.Parse(assignments, errors).ApplyTo(document, errors);
        errors.ThrowIfAny();
        // Known before anybody has joined.
        if (document["personalise"] is JsonObject own && StepsOf(own) is > 0 and var steps)
            throw Personaliser.RefusedAtSites(SiteList.Name, steps);
        if (document["environment"] is not JsonObject environment || environment["id"] is not JsonValue id
            || id.GetValueKind() != JsonValueKind.String)
            return;
        int agents = environment["agents"] is JsonValue given && given.TryGetValue(out int number) ? number : _sites.OfAgent.Count;
        Server.LearnEnvironment((string)id!, agents, environment["options"]?.ToJsonString() ?? "{}", _sites);
    }

    /// <summary>The steps of a section <c>personalise</c>; 0 for what its reader will refuse.</summary>
    private static long StepsOf(JsonObject personalise) => personalise["steps"] switch
    {
        null => new PersonaliseOptions().Steps,
        JsonValue given when given.TryGetValue(out long steps) => steps,
        _ => 0,
    };

    /// <summary>Checks the name of a site.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static void CheckSite(string option, string name)
    {
        if (name.Length is 0 or > 60 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new InvalidInputException(new ValidationError(option, "", name,
                "the name of a site must be 1 to 60 letters, digits, '-', '_' or '.'"));
    }

    private ClusterServer Server => _server ??= ClusterServer.Start(_settings, _note, TimeProvider.System, _cancellation);

    private static Sites? ReadSites(ParseResult parsed)
    {
        if (parsed.GetValue(SiteList) is not { } list)
            return parsed.GetResult(Missing) is { Implicit: false }
                ? throw new InvalidInputException(new ValidationError(Missing.Name, "", null, $"means nothing without {SiteList.Name}"))
                : null;
        var agents = new List<string>();
        foreach (string item in list.Split(','))
        {
            string[] parts = item.Split(':', 2);
            int number = 1;
            CheckSite(SiteList.Name, parts[0]);
            if (parts.Length == 2
                && !(int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number)
                    && number is > 0 and <= EnvironmentDefinition.AgentLimit))
                throw new InvalidInputException(new ValidationError(SiteList.Name, "", item,
                    "must be NAME, or NAME:NUMBER with the number of its agents"));
            agents.AddRange(Enumerable.Repeat(parts[0], number));
        }
        return new Sites(agents, parsed.GetValue(Missing) switch
        {
            "skip" => MissingSite.Skip,
            "fail" => MissingSite.Fail,
            _ => MissingSite.Wait,
        });
    }

    public void Dispose() => _server?.Dispose();
}
