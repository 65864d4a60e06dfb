using FedPG.Core.Metrics;
using FedPG.Federation.Agents;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>Agents that are not there: notes what it is asked for, and answers with numbers that are made up.</summary>
/// <param name="agents">N.</param>
/// <param name="everyone">Whether all agents take part in every round.</param>
/// <param name="theta">A vector like thetabar, [d]; only its form matters.</param>
/// <param name="scale">How large the numbers are; 0 for zeros. Others are of both signs, and no two answers are the same.</param>
internal sealed class RoundFollower(int agents, bool everyone, Tensor theta, double scale) : IAgentCalls
{
    private List<AgentCall> _calls = [];
    private int _answers;

    public int Count => agents;

    public bool EveryoneTakesPart => everyone;

    public MetricRecorder Metrics { get; } = new(agents: 1);

    /// <summary>The calls since the last time.</summary>
    public IReadOnlyList<AgentCall> TakeCalls()
    {
        List<AgentCall> calls = _calls;
        _calls = [];
        return calls;
    }

    /// <summary>Numbers that are made up, [d], in the caller's dispose scope.</summary>
    public Tensor Numbers() =>
        scale == 0 ? zeros_like(theta) : ones_like(theta).cumsum(0).Scale(1 + (0.37 * ++_answers)).sin().Scale(scale);

    public void Broadcast(string name, Tensor vector, int? round = null, int? entries = null) { }

    public void Show(string name, Tensor vector) { }

    public (Tensor Mean, Tensor Share) MeanAndShare(AgentCall call)
    {
        _calls.Add(call);
        return (Numbers(), Numbers());
    }

    public void Run(AgentCall call) => _calls.Add(call);

    public void Gossip(AgentCall send, AgentCall take, MixingGraph graph)
    {
        _calls.Add(send);
        _calls.Add(take);
    }

    public Tensor Inspect(AgentCall call)
    {
        _calls.Add(call);
        return Numbers();
    }
}
