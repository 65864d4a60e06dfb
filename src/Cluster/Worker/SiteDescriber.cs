using System.Text.Json;
using FedPG.Cluster.Wire;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;

namespace FedPG.Cluster.Worker;

/// <summary>Tells what an environment of this process is like.</summary>
internal static class SiteDescriber
{
    /// <summary>The card of an environment, or why there is none.</summary>
    /// <param name="id">The order's.</param>
    /// <param name="question">The question.</param>
    /// <param name="tell">What the server is told of a failure.</param>
    public static OutboundResult Describe(long id, EnvironmentQuestion question, Func<Exception, string> tell)
    {
        OutboundResult Refused(string why) => new(id, new BlockReply(ReplyStatus.Refused, why));
        try
        {
            var errors = new ValidationErrors("the run");
            using var options = JsonDocument.Parse(question.Options);
            if (ExperimentCatalog.Default.Environments.Configure(question.Id, question.Agents, options.RootElement,
                EnvironmentKeys.Experiment,
                errors) is not { } configured)
                return Refused(string.Join("; ", errors.Items));
            return EpisodicEnvironment.Find(configured.Build()) is { } episodic
                ? new OutboundResult(id, new BlockReply(ReplyStatus.Done), SiteCard.Of(episodic, configured.ResolvedOptions))
                : Refused($"{question.Id} lists its states; agents of a site need an environment that is known by its steps");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Refused(tell(e));
        }
    }
}
