using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Scenes;
using FedPG.Experiments.Scenes;
using FedPG.Reporting.Pictures;
using FedPG.Reporting.Report;

namespace FedPG.Cli.Report;

/// <summary>What policies of runs look like, for a page: of each setting's first run that has ended a few agents.</summary>
/// <param name="agents">Agents of each setting: the best, the worst, and those between. 0 for no pictures.</param>
internal sealed class RunPictures(int agents)
{
    /// <summary>The moments of an episode, and the bytes of a film and of all pictures, that a page may hold.</summary>
    private const int MaxSteps = 16, MaxFilm = 250_000, MaxBytes = 1_500_000;

    /// <summary>Why settings have no picture.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Draws.</summary>
    /// <param name="groups">The settings.</param>
    public IReadOnlyList<ReportPicture> Of(IReadOnlyList<RunGroup> groups)
    {
        var pictures = new List<ReportPicture>();
        if (agents == 0) return pictures;
        foreach (RunGroup group in groups)
        {
            if (group.Runs.FirstOrDefault(run => run.Summary is not null) is not { } run) continue;
            List<ValidationError> errors = [];
            if (ShownPolicy.Read(run.Folder, "RUN_DIR", errors) is { } policy)
            {
                foreach ((int agent, string rank) in Chosen(run, policy.Environment.AgentNames.Count))
                {
                    if (pictures.Sum(p => p.Still.Length + (p.Film?.Length ?? 0)) > MaxBytes) return pictures;
                    if (policy.SubjectOf(agent, errors) is { } subject)
                        pictures.Add(Draw(run.Folder, subject, policy.Environment.AgentNames[agent] + rank));
                }
            }
            Remarks.AddRange(errors.Select(error => $"no picture of {run.Folder}: {error}"));
        }
        return pictures;
    }

    private static ReportPicture Draw(string folder, SceneSubject subject, string caption)
    {
        PictureScene scene = subject.Play(seed: 0, MaxSteps);
        byte[] film = PictureFiles.ToGif(subject.Drawing, scene, scale: 1);
        byte[] still = PictureFiles.ToPng(subject.Drawing.Draw(scene, null));
        return new ReportPicture(folder, caption, still, film.Length <= MaxFilm ? film : null);
    }

    /// <summary>Agents by how far they are from their own optima, where these are known, or by their objectives.</summary>
    private IEnumerable<(int Agent, string Rank)> Chosen(ReportedRun run, int count)
    {
        (string Name, double Objective, double Optimum, double Return)[] all = [.. run.Agents];
        if (all.Length != count || count <= 1) return Enumerable.Range(0, Math.Min(count, agents)).Select(i => (i, ""));
        bool own = Array.TrueForAll(all, a => double.IsFinite(a.Optimum));
        int[] order = [.. Enumerable.Range(0, count).OrderBy(i => own ? all[i].Objective - all[i].Optimum : all[i].Objective)];
        int shown = Math.Min(agents, count);
        return Enumerable.Range(0, shown).Select(k => shown == 1 ? count - 1 : k * (count - 1) / (shown - 1))
            .Select(place => (order[place], place == 0 ? ", the best agent" : place == count - 1 ? ", the worst agent" : ""));
    }
}
