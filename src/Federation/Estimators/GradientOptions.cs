namespace FedPG.Federation.Estimators;

/// <summary>The options of a gradient estimator: the <c>gradient</c> section of an experiment.</summary>
public abstract record GradientOptions
{
    /// <summary>The value of <c>gradient.estimator</c>.</summary>
    public abstract string Estimator { get; }
}
