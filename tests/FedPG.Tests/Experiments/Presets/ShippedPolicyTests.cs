using FedPG.Experiments.Presets;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Presets;

/// <summary>Trained policies of docs/data/policies: <c>fedpg eval</c> gives the figures that stand beside them.</summary>
public sealed class ShippedPolicyTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "data", "policies");

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)!).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_evaluation_reproduces_its_figure(string name)
    {
        Assert.Contains(name, PresetLibrary.Names);
        string folder = Path.Combine(Folder, name);
        PolicyReview review = PolicyReview.Of(StoredPolicy.Read(folder, ExperimentReader.Default), episodes: 0, length: null, threads: 2);
        double stated = RunTesting.Json(Path.Combine(folder, "summary.json")).GetProperty("objective").GetDouble();
        // Actions are drawn by numbers that another processor may round otherwise; what is exact is exact.
        double allowed = review.ObjectiveError is { } error ? Math.Max(3 * error, 0.01 * Math.Abs(stated)) : 1e-6 * Math.Abs(stated);
        Assert.InRange(review.Objective, stated - allowed, stated + allowed);
    }
}
