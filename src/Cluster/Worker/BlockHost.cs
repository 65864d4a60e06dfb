using System.Diagnostics;
using FedPG.Cluster.Wire;
using FedPG.Envs.Returns;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Cluster.Worker;

/// <summary>A block on a worker: runs what a request says. One thread at a time.</summary>
/// <param name="session">The run.</param>
/// <param name="range">The block.</param>
/// <param name="largestMessage">The largest message, in bytes.</param>
/// <param name="site">What a site has put by; null for a worker that belongs to none.</param>
/// <param name="tell">What the server is told of a failure.</param>
internal sealed class BlockHost(WorkerSession session, BlockRange range, long largestMessage, SiteStates? site,
    Func<Exception, string> tell) : IDisposable
{
    private AgentBlock? _block;
    private SiteEvaluation? _evaluation;
    private (double Objective, double? Error)? _worth;
    private BlockSnapshot? _start;
    private long _position;

    /// <summary>Runs a request.</summary>
    public BlockReply Execute(BlockRequest request)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            if (request.Restore is { } snapshot) Restore(snapshot, request.From);
            if (_block is null || _position != request.From) return new BlockReply(ReplyStatus.Behind);
            BlockAnswer? answer = null;
            _worth = null;
            foreach (BlockEntry entry in request.Entries)
            {
                DisposeOf(answer);
                answer = Execute(_block, entry);
                _position++;
            }
            return Reply(_block, answer, request, started);
        }
        catch (RefusedException e)
        {
            return new BlockReply(ReplyStatus.Refused, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever an environment or an algorithm throws would be thrown anywhere: the server is
            // told, and ends the run as if it had happened there.
            return new BlockReply(ReplyStatus.Failed, site is null ? tell(e) : $"agent {range.First}: {tell(e)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _block?.Dispose();
        _evaluation?.Dispose();
    }

    private static SiteStates Own(SiteStates? site) =>
        site ?? throw new RefusedException("only a worker of a site (--site) keeps the state of its agents to itself");

    /// <summary>What agents were before a round; of agents that keep nothing, nothing was put by.</summary>
    private TensorData[] OwnState(AgentBlock block, int round) =>
        !BlockState.Of(block).Any() ? [] : Own(site).Find(session.Hash, range, round)
        ?? throw new RefusedException(
            $"the site has not put by what agents {range.First} to {range.First + range.Count - 1} were before round {round}; was it "
                + "started with another --state?");

    private static void DisposeOf(BlockAnswer? answer)
    {
        answer?.Value?.Dispose();
        answer?.Weighted?.Dispose();
    }

    private void Restore(BlockSnapshot snapshot, long position)
    {
        _block?.Dispose();
        _block = session.Blocks.Create(range);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        TensorData[]? stored = snapshot.OwnRound is { } round ? OwnState(_block, round) : snapshot.Tensors;
        if (stored is { } tensors)
        {
            foreach ((string name, Tensor value) in BlockState.Of(_block))
            {
                TensorData own = Array.Find(tensors, t => t.Name == name)
                    ?? throw new RefusedException($"the state of the block lacks \"{name}\"");
                TensorFormat format = session.Format with { Dtype = value.dtype };
                value.copy_(Checked(own, value.shape, format).ToTensor(format));
            }
        }
        foreach (TensorData vector in snapshot.Received)
            _block.Receive(vector.Name, Checked(vector, [session.Parameters], session.Format, session.Messages).ToTensor(session.Format));
        (_start, _position) = (snapshot, position);
    }

    private BlockAnswer? Execute(AgentBlock block, BlockEntry entry)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        switch (entry.Kind)
        {
            case EntryKind.Receive:
                block.Receive(entry.Data!.Name, Finite(entry.Data, [session.Parameters]));
                return null;
            case EntryKind.See:
                block.See(entry.Data!.Name, Finite(entry.Data, [session.Parameters]));
                return null;
            case EntryKind.Reset:
                block.Metrics.Reset();
                return null;
            case EntryKind.Keep:
                Own(site).Keep(session.Hash, range, entry.Round, entry.IsLasting,
                    [.. BlockState.Of(block).Select(t => TensorData.Of(t.Name, t.Value))]);
                return null;
            case EntryKind.Evaluate:
                _worth = (_evaluation ??= new SiteEvaluation(session, range)).Evaluate(
                    block, Finite(entry.Data!, [session.Parameters]), entry.Temperature);
                return null;
            default:
                Tensor? rows = entry.Data is { } data ? Finite(data, [range.Count, .. data.Shape[1..]]) : null;
                return session.Find(entry.Call!).Execute(block, session.Participation, rows);
        }
    }

    private static TensorData Checked(TensorData data, ReadOnlySpan<long> shape, TensorFormat format, MessageFormat messages = default) =>
        data.ErrorAs(format, shape, messages) is { } error ? throw new RefusedException($"a message is refused: {error}") : data;

    private Tensor Finite(TensorData data, ReadOnlySpan<long> shape)
    {
        Tensor tensor = Checked(data, shape, session.Format, session.Messages).ToTensor(session.Format);
        return tensor.isfinite().all().item<bool>()
            ? tensor
            : throw new RefusedException($"a message is refused: \"{data.Name}\" holds numbers that are not finite");
    }

    private BlockReply Reply(AgentBlock block, BlockAnswer? answer, BlockRequest request, long started)
    {
        var reply = new BlockReply(ReplyStatus.Done)
        {
            Value = answer?.Value is { } value ? TensorData.Of("", value, session.Messages) : null,
            Weighted = answer?.Weighted is { } weighted ? TensorData.Of("", weighted) : null,
            HasAnswer = answer is not null,
            DivergedAgent = answer?.Divergence?.Agent,
            DivergedFault = answer?.Divergence?.Error,
            // A site that only puts its state by says nothing of it.
            Observations = request.Entries is [.., { Kind: EntryKind.Keep }] ? null : Observations(block),
            State = request.WantsState && site is null ? [.. BlockState.Of(block).Select(t => TensorData.Of(t.Name, t.Value))] : null,
            KeepsState = BlockState.Of(block).Any(),
            Objective = _worth?.Objective,
            ObjectiveError = _worth?.Error,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
        DisposeOf(answer);
        return reply.Size <= largestMessage
            ? reply
            : throw new RefusedException(
                $"an answer of {reply.Size} bytes is over the limit of {largestMessage}; raise it with --message-limit, or "
                    + "use a smaller --block-size");
    }

    /// <summary>Counters go on from those of the machine that held the block before, and so do batches that were observed there.</summary>
    private ObservationData Observations(AgentBlock block)
    {
        var rollouts = new AgentRollout[range.Count];
        for (int i = 0; i < rollouts.Length; i++)
        {
            RolloutStatistics own = i < block.Rollouts.Count ? block.Rollouts[i] : default;
            rollouts[i] = own == default && _start!.Rollouts.Length > 0 ? _start.Rollouts[i] : AgentRollout.Of(own);
        }
        return new ObservationData(
            range.Count, [.. block.Metrics.Recorded.Select(MetricData.Of)], _start!.EnvSteps + block.EnvSteps,
            _start.Trajectories + block.Trajectories, rollouts);
    }
}
