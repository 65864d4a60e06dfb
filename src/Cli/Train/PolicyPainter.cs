using System.Buffers.Binary;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Scenes;
using FedPG.Experiments.TensorBoard;
using FedPG.Federation;
using FedPG.Reporting.Pictures;

namespace FedPG.Cli.Train;

/// <summary>
/// Pictures for TensorBoard: policy and values where states are listed, an episode of MiniGrid. Of other environments none: their pictures
/// say little, or cost much.
/// </summary>
/// <param name="experiment">What is trained.</param>
internal sealed class PolicyPainter(Experiment experiment) : IRoundSink, IPolicyPainter
{
    private const int MaxStates = 2500, MaxSteps = 60;
    private const string MiniGrid = "MiniGrid-", Source = "policy";

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
    }

    /// <inheritdoc/>
    public PolicyPicture? Paint(int rounds, double[] theta, double[]? own)
    {
        FederatedEnvironment environment = experiment.Environment;
        bool isTable = FiniteMdp.Find(environment) is { States: <= MaxStates };
        if (!isTable && !environment.Name.StartsWith(MiniGrid, StringComparison.Ordinal)) return null;
        try
        {
            var stored = new StoredPolicy("", experiment, rounds, theta) { OwnRows = own is null ? null : [own] };
            if (ShownPolicy.Of(stored, Source).SubjectOf(0, []) is not { } subject) return null;
            PictureScene scene = subject.Play(seed: 0, isTable ? 1 : MaxSteps);
            byte[] bytes = isTable
                ? PictureFiles.ToPng(subject.Drawing.Draw(scene, null))
                : PictureFiles.ToGif(subject.Drawing, scene, scale: 1);
            (int width, int height) = isTable
                ? (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)))
                : (BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(6)), BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(8)));
            return new PolicyPicture(isTable ? "policy/first_agent" : "episode/first_agent", width, height, bytes);
        }
        catch (Exception e) when (e is InvalidInputException or NotSupportedException or InvalidCastException or ArgumentException)
        {
            // A picture is no reason to end a run.
            return null;
        }
    }
}
