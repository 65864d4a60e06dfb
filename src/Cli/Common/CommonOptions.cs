using System.CommandLine;
using System.Globalization;

namespace FedPG.Cli.Common;

/// <summary>Options that several commands have, and checks of their values.</summary>
internal static class CommonOptions
{
    /// <summary>More threads than this only cost memory.</summary>
    private const int MaxThreads = 1024;

    /// <summary><c>--threads N</c>; all cores when not given.</summary>
    public static Option<int> Threads(string description)
    {
        var threads = new Option<int>("--threads")
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, MaxThreads),
        };
        RequireWhole(threads, MaxThreads, $"must be a whole number from 1 to {MaxThreads}");
        return threads;
    }

    /// <summary><c>--block-size N</c>; chosen when not given.</summary>
    public static Option<int?> BlockSize()
    {
        var size = new Option<int?>("--block-size")
        {
            Description =
                "Agents that are evaluated at once, rounded down to a power of two (default: chosen). Changes no bit of the result.",
            HelpName = "N",
        };
        RequireWhole(size, int.MaxValue, "must be a whole number of at least 1");
        return size;
    }

    /// <summary><c>--accept-changes</c> of commands that read a run folder.</summary>
    public static Option<bool> AcceptChanges() => new("--accept-changes")
    {
        Description = "Go on although experiment.json, or the finite-MDP file that it names, has another content than when the run began.",
    };

    /// <summary>Allows whole numbers from a minimum to a maximum.</summary>
    public static void RequireWhole(Option option, int maximum, string allowed, int minimum = 1) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count != 1) return;
        bool whole = int.TryParse(result.Tokens[0].Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value);
        if (!whole || value < minimum || value > maximum) result.AddError(allowed);
    });
}
