using FedPG.Cluster.Server;
using FedPG.Cluster.Wire;
using FedPG.Cluster.Worker;
using FedPG.Experiments;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Execution;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cluster;

/// <summary>A block on a worker, without any network: what it does with requests, and what becomes of it when its worker is lost.</summary>
public sealed class BlockReplayTests
{
    private const string Personal =
        """policy={"kind":"neural-softmax","hidden":[6],"personal":["head","embedding"],"embeddingSize":3}""";

    private static readonly Software Same = new("1", "1", []);

    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("scaffold")]
    [InlineData("decentralized")]
    [InlineData("fast-fedpg", Personal)]
    [InlineData("fedavg", "policy.personal=all")]
    public void A_block_lost_at_any_instant_and_made_again_answers_in_the_same_bits(string algorithm, string policy = "seed=3")
    {
        Experiment experiment = RunTesting.Experiment($"federation.algorithm={algorithm}", policy);
        WorkerSession session = WorkerSession.Open(ExperimentOffer.Of(experiment, Same), Same);
        BlockSnapshot start = Start(session);
        BlockEntry[] entries = [.. Rounds(session, rounds: 2)];
        using var first = new BlockHost(session, new BlockRange(0, 2), long.MaxValue, null, e => e.Message);
        BlockReply[] expected = [.. entries.Select((e, k) => first.Execute(Request(k, [e], k == 0 ? start : null)))];
        Assert.All(expected, r => Assert.Equal((ReplyStatus.Done, null), (r.Status, r.Message)));
        for (int lost = 1; lost < entries.Length; lost++)
        {
            using var again = new BlockHost(session, new BlockRange(0, 2), long.MaxValue, null, e => e.Message);
            BlockReply reply = again.Execute(Request(0, entries[..(lost + 1)], start));
            AssertEqual(expected[lost], reply);
        }
    }

    /// <summary>
    /// Personal parameters are numbers that no reply holds, whatever is asked for; those of a site are not even in what it keeps for
    /// others.
    /// </summary>
    [Theory]
    [InlineData("fast-fedpg")]
    [InlineData("scaffold")]
    [InlineData("fedavg")]
    public void No_reply_holds_a_personal_parameter(string algorithm)
    {
        WorkerSession session = WorkerSession.Open(
            ExperimentOffer.Of(RunTesting.Experiment($"federation.algorithm={algorithm}", Personal), Same), Same);
        using var block = new BlockHost(session, new BlockRange(0, 2), long.MaxValue, null, e => e.Message);
        using var site = new BlockHost(session, new BlockRange(0, 2), long.MaxValue, new SiteStates(null), e => e.Message);
        BlockEntry[] entries = [.. Rounds(session, rounds: 2)];
        HashSet<uint> personal = [];
        List<TensorData> sent = [];
        for (int k = 0; k < entries.Length; k++)
        {
            BlockReply reply = block.Execute(Request(k, [entries[k]], k == 0 ? Start(session) : null, wantsState: true));
            Assert.Equal((ReplyStatus.Done, null), (reply.Status, reply.Message));
            TensorData own = reply.State!.Single(tensor => tensor.Name == "personal/Parameters");
            foreach (uint number in Words(own)) personal.Add(number);
            if (reply.Value is { } value) sent.Add(value);

            BlockReply told = site.Execute(Request(k, [entries[k]], k == 0 ? Start(session) : null, wantsState: true));
            Assert.Null(told.State);
            Assert.Equal(reply.Value?.Values, told.Value?.Values);
        }
        BlockReply kept = site.Execute(Request(entries.Length, [new BlockEntry(EntryKind.Keep, Round: 2)], null, wantsState: true));
        Assert.Equal((ReplyStatus.Done, null, null), (kept.Status, kept.State, kept.Value));
        personal.Remove(0);
        Assert.True(personal.Count > 50 && sent.Count >= 2);
        Assert.All(sent, tensor =>
        {
            Assert.Equal([session.Parameters], tensor.Shape);
            Assert.DoesNotContain(Words(tensor), personal.Contains);
        });

        static uint[] Words(TensorData tensor) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(tensor.Values).ToArray();
    }

    [Fact]
    public void A_snapshot_goes_on_in_the_same_bits_with_its_counters()
    {
        Experiment experiment = RunTesting.Experiment();
        WorkerSession session = WorkerSession.Open(ExperimentOffer.Of(experiment, Same), Same);
        BlockEntry[] entries = [.. Rounds(session, rounds: 2)];
        int half = Array.FindIndex(entries, e => e.Call is { Program: 1 });
        using var whole = new BlockHost(session, new BlockRange(0, 2), long.MaxValue, null, e => e.Message);
        BlockReply middle = whole.Execute(Request(0, entries[..half], Start(session), wantsState: true));
        BlockReply expected = whole.Execute(Request(half, entries[half..], null));
        ObservationData seen = middle.Observations!;
        TensorData[] received = [.. entries[..half].Where(e => e.Kind == EntryKind.Receive).Select(e => e.Data!).Reverse()
            .DistinctBy(d => d.Name), .. Start(session).Received];
        var snapshot = new BlockSnapshot(middle.State, [.. received.DistinctBy(r => r.Name)], seen.EnvSteps, seen.Trajectories,
            seen.AgentRollouts);
        using var moved = new BlockHost(session, new BlockRange(0, 2), long.MaxValue, null, e => e.Message);
        AssertEqual(expected, moved.Execute(Request(half, entries[half..], snapshot)));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_named()
    {
        WorkerSession session = WorkerSession.Open(ExperimentOffer.Of(RunTesting.Experiment(), Same), Same);
        string Refusal(BlockEntry entry, long largest = long.MaxValue)
        {
            using var host = new BlockHost(session, new BlockRange(0, 2), largest, null, e => e.Message);
            BlockReply reply = host.Execute(Request(0, [entry], Start(session)));
            Assert.Equal(ReplyStatus.Refused, reply.Status);
            return reply.Message!;
        }
        byte[] zeros = new byte[session.Parameters * sizeof(float)];
        byte[] nan = [.. zeros];
        BitConverter.TryWriteBytes(nan, float.NaN);
        Assert.Contains("\"theta\" has the shape 14, and 15 is needed",
            Refusal(new BlockEntry(EntryKind.Receive, new TensorData("theta", NumberKind.Float32, [14], zeros))), StringComparison.Ordinal);
        Assert.Contains("\"theta\" is float64, and float32 is needed",
            Refusal(new BlockEntry(EntryKind.Receive, new TensorData("theta", NumberKind.Float64, [15], zeros))), StringComparison.Ordinal);
        Assert.Contains("\"theta\" has 3 bytes, and 60 are needed",
            Refusal(new BlockEntry(EntryKind.Receive, new TensorData("theta", NumberKind.Float32, [15], new byte[3]))),
            StringComparison.Ordinal);
        Assert.Contains("\"theta\" holds numbers that are not finite",
            Refusal(new BlockEntry(EntryKind.Receive, new TensorData("theta", NumberKind.Float32, [15], nan))), StringComparison.Ordinal);
        Assert.Contains("must follow from its options and the round alone", Refusal(Call(0, 0, AgentCallKind.Sum, "other", 0)),
            StringComparison.Ordinal);
        Assert.Contains("must follow from its options and the round alone", Refusal(Call(0, 7, AgentCallKind.Sum, "delta", 0)),
            StringComparison.Ordinal);
        Assert.Contains("over the limit of 8", Refusal(Call(Algorithm.StartRound, 0, AgentCallKind.Sum, "memory", 0), largest: 8),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_experiment_than_was_hashed_is_refused()
    {
        SessionOffer offer = ExperimentOffer.Of(RunTesting.Experiment(), Same),
            other = ExperimentOffer.Of(RunTesting.Experiment("seed=4"), Same);
        Assert.Contains("hash",
            Assert.Throws<RefusedException>(() => WorkerSession.Open(offer with { Experiment = other.Experiment }, Same)).Message,
            StringComparison.Ordinal);
        var document = System.Text.Json.Nodes.JsonNode.Parse(offer.Experiment)!.AsObject();
        document.Remove("checkpointEvery");
        byte[] shorter = System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
        SessionOffer unresolved = offer with { Experiment = shorter, Hash = ResolvedExperiment.HashOf(shorter) };
        Assert.Contains("resolves to something else here",
            Assert.Throws<RefusedException>(() => WorkerSession.Open(unresolved, Same)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_software_is_refused_and_both_are_named()
    {
        var server = new Software("0.1.0+abc", "0.107.0", [new PluginBuild("Orchard", "1.0.0", new string('a', 64))]);
        Assert.Null(server.MismatchWith(server));
        Assert.Contains("FedPG.Torch 0.2.0, and the run is of FedPG.Torch 0.1.0+abc",
            (server with { Version = "0.2.0" }).MismatchWith(server), StringComparison.Ordinal);
        Assert.Contains("--plugin Orchard.dll", (server with { Plugins = [] }).MismatchWith(server), StringComparison.Ordinal);
        Assert.Contains("another build of the plug-in Orchard",
            (server with { Plugins = [new PluginBuild("Orchard", "1.0.0", new string('b', 64))] }).MismatchWith(server),
            StringComparison.Ordinal);
    }

    private static BlockEntry Call(int program, int index, AgentCallKind kind, string name, int round) =>
        new(EntryKind.Call, null, new CallName(program, index, kind, name, round));

    private static BlockRequest Request(long from, BlockEntry[] entries, BlockSnapshot? restore, bool wantsState = false) =>
        new(Guid.Empty, from, 0, 2, from, entries, restore, wantsState);

    private static BlockSnapshot Start(WorkerSession session) => new(null, [Vector(session, "theta", 0)], 0, 0, []);

    /// <summary>The rounds of the algorithm, as a server whose vectors are what they are would send them.</summary>
    private static IEnumerable<BlockEntry> Rounds(WorkerSession session, int rounds)
    {
        for (int t = Algorithm.StartRound; t < rounds; t++)
        {
            foreach (string name in (string[])["theta", "memory_mean", "control"])
            {
                yield return new BlockEntry(EntryKind.Receive, Vector(session, name, t));
                yield return new BlockEntry(EntryKind.See, Vector(session, name, t));
            }
            CallName?[] calls = [.. Enumerable.Range(0, 8).Select(k => NameOf(session, t, k))];
            foreach (CallName call in calls.OfType<CallName>())
                yield return new BlockEntry(EntryKind.Call,
                    call.Kind == AgentCallKind.Take ? Vector(session, "rows", t, rows: 2) : null, call);
            yield return BlockEntry.Reset;
        }
    }

    /// <summary>What a session would run as call k of a round, asked for by trying.</summary>
    private static CallName? NameOf(WorkerSession session, int program, int index) =>
        (from kind in Enum.GetValues<AgentCallKind>()
         from name in (string[])["", "delta", "memory", "control_change", "theta"]
         from round in (int[])[0, program, program + 1]
         select new CallName(program, index, kind, name, round)).FirstOrDefault(c => Has(session, c));

    private static bool Has(WorkerSession session, CallName name)
    {
        try
        {
            return session.Find(name) is not null;
        }
        catch (RefusedException)
        {
            return false;
        }
    }

    private static TensorData Vector(WorkerSession session, string name, int seed, int? rows = null)
    {
        float[] numbers = [.. Enumerable.Range(0, (int)session.Parameters * (rows ?? 1))
            .Select(i => MathF.Sin(i + (7 * seed) + name.Length) / 8)];
        return new TensorData(name, NumberKind.Float32, rows is { } n ? [n, session.Parameters] : [session.Parameters],
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(numbers).ToArray());
    }

    private static void AssertEqual(BlockReply expected, BlockReply actual)
    {
        Assert.Equal((expected.Status, expected.Message, expected.HasAnswer), (actual.Status, actual.Message, actual.HasAnswer));
        Assert.Equal(expected.Value?.Values, actual.Value?.Values);
        (ObservationData wanted, ObservationData seen) = (expected.Observations!, actual.Observations!);
        Assert.Equal(wanted.Metrics.Select(m => (m.Name, m.Kind)), seen.Metrics.Select(m => (m.Name, m.Kind)));
        Assert.Equal(wanted.Metrics.SelectMany(m => m.Sums), seen.Metrics.SelectMany(m => m.Sums));
        Assert.Equal(wanted.Metrics.SelectMany(m => m.Counts), seen.Metrics.SelectMany(m => m.Counts));
        Assert.Equal(wanted.AgentRollouts, seen.AgentRollouts);
        Assert.Equal((wanted.EnvSteps, wanted.Trajectories), (seen.EnvSteps, seen.Trajectories));
    }
}
