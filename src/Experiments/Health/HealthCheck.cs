namespace FedPG.Experiments.Health;

/// <summary>How something stands.</summary>
internal enum HealthState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Training works; something else may not.</summary>
    Note,

    /// <summary>Training does not work.</summary>
    Broken,
}

/// <summary>What was found of one thing that training needs.</summary>
/// <param name="Name">The thing.</param>
/// <param name="State">How it stands.</param>
/// <param name="Found">What was found.</param>
/// <param name="Fix">What to do; null where nothing is to be done.</param>
internal sealed record HealthCheck(string Name, HealthState State, string Found, string? Fix = null);
